"""A blind test: in each trial X is A or B at random, and the listener says which. Chance alone is right in half of the trials."""

import math
import random
from dataclasses import dataclass, field

#: Below this probability of chance alone, a difference was heard.
SIGNIFICANT = 0.05


@dataclass
class AbxTest:
    """`trials`: their number, which is fixed before the first answer, because stopping when the result looks good would make chance
    look like hearing."""

    trials: int
    rng: random.Random = field(default_factory=random.SystemRandom)

    def __post_init__(self):
        #: What X is in each trial.
        self.hidden = [self.rng.choice("AB") for _ in range(self.trials)]
        #: What the listener has said.
        self.answers: list[str] = []

    @property
    def x(self) -> str:
        """What X is in the trial that comes next."""
        return self.hidden[len(self.answers)]

    @property
    def finished(self) -> bool:
        """Whether every trial has an answer."""
        return len(self.answers) == self.trials

    def answer(self, letter: str) -> None:
        """Say that X is A or B."""
        self.answers.append(letter)

    @property
    def correct(self) -> int:
        """The number of right answers."""
        return sum(said == was for said, was in zip(self.answers, self.hidden, strict=False))

    def plain(self) -> dict:
        """For machines. Trials without an answer count as wrong, so that stopping early proves nothing."""
        p = p_value(self.correct, self.trials)
        return {"trials": self.trials, "answered": len(self.answers), "correct": self.correct, "p_value": p,
                "needed": needed(self.trials), "heard": p < SIGNIFICANT, "hidden": "".join(self.hidden),
                "answers": "".join(self.answers)}  # fmt: skip


def p_value(correct: int, trials: int) -> float:
    """The probability that chance alone is right at least so often (binomial, one-sided)."""
    return sum(math.comb(trials, k) for k in range(correct, trials + 1)) / 2**trials


def needed(trials: int) -> int | None:
    """The least number of right answers that chance alone reaches with a probability below 5 %; None if there are too few trials."""
    return next((k for k in range(trials + 1) if p_value(k, trials) < SIGNIFICANT), None)
