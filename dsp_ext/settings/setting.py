"""Setting: one setting of a processor. Settings: all settings of one processor, in their order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Setting:
    """`low`, `high` and `default` are in `unit`. A switch is 0 or 1. The value of a choice is the place of its word in
    `choices`."""

    name: str
    unit: str
    low: float
    high: float
    default: float
    choices: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are allowed. True for switches and choices."""
        return bool(self.choices) or self.unit == "switch"

    @property
    def allowed(self) -> str:
        """The allowed values in words, for example "-12 to 0 dBTP"."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        if self.unit == "switch":
            return "0 or 1"
        return f"{self.low:g} to {self.high:g} {self.unit}".rstrip()

    def check(self, value: float | str, name: str = "") -> float:
        """Return `value` as a number, if it is allowed. For a choice, `value` may be a word.

        Raises ValueError. The message calls the setting `name`, if that is given.
        """
        if self.choices and isinstance(value, str) and value in self.choices:
            return float(self.choices.index(value))
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not self.low <= number <= self.high or (self.is_whole and number != int(number)):
            raise ValueError(f"{name or self.name} must be {self.allowed}, not {value!r}")
        return number


def number(name: str, unit: str, low: float, high: float, default: float) -> Setting:
    """A setting that takes any number from `low` to `high`."""
    return Setting(name, unit, low, high, default)


def switch(name: str, default: bool) -> Setting:
    """A setting that is on (1) or off (0)."""
    return Setting(name, "switch", 0, 1, float(default))


def choice(name: str, words: tuple[str, ...], default: str) -> Setting:
    """A setting that is one of `words`; its value is the place of the word."""
    return Setting(name, "", 0, len(words) - 1, float(words.index(default)), words)


class Settings(Mapping[str, Setting]):
    """The settings of one processor by name. The audio thread addresses a setting by its position in this order."""

    def __init__(self, *settings: Setting):
        self._by_name = {setting.name: setting for setting in settings}
        self._places = {name: place for place, name in enumerate(self._by_name)}
        if len(self._by_name) != len(settings):
            raise ValueError("two settings have the same name")

    def __getitem__(self, name: str) -> Setting:
        return self._by_name[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def defaults(self) -> dict[str, float]:
        """The default of each setting, by name."""
        return {name: setting.default for name, setting in self.items()}

    def check(self, name: str, value: float | str) -> tuple[int, float]:
        """Return the place of the setting `name`, and `value` as a number.

        Raises KeyError for an unknown name, and ValueError for a value that is not allowed.
        """
        if name not in self._by_name:
            raise KeyError(f"no setting {name!r}; the settings are {', '.join(self)}")
        return self._places[name], self._by_name[name].check(value)
