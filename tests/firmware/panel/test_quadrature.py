"""Detents from edges: with contact bounce, and with edges that the kernel lost."""

import itertools
import random

import pytest

from firmware.panel.quadrature import Quadrature

CLOCKWISE = ((0, True), (1, True), (0, False), (1, False))
BACK = ((1, True), (0, True), (1, False), (0, False))
KINDS = pytest.mark.parametrize("detents_per_cycle", [1, 2, 4])


def edges(cycles: int, bounces=lambda: 0) -> list[tuple[int, bool]]:
    """The edges of some cycles in one direction. After each, the contact bounces as often as `bounces()` says."""
    turned = (CLOCKWISE if cycles > 0 else BACK) * abs(cycles)
    return [(phase, closed == (n % 2 == 0)) for phase, closed in turned for n in range(1 + 2 * bounces())]


def detents(decoder: Quadrature, turned, lost: int | None = None) -> int:
    """What the decoder counts in a turn that ends with a rest at both contacts open."""
    counted = sum(decoder.edge(*edge) for at, edge in enumerate(turned) if at != lost)
    return counted + decoder.settle(0)


@KINDS
def test_counts_detents_in_both_directions(detents_per_cycle):
    decoder = Quadrature(detents_per_cycle)
    forward = [decoder.edge(*edge) for edge in edges(3)]
    back = [decoder.edge(*edge) for edge in edges(-3)]
    assert sum(forward) == 3 * detents_per_cycle and min(forward) >= 0
    assert sum(back) == -3 * detents_per_cycle and max(back) <= 0


@KINDS
def test_any_single_lost_edge_of_several_turns_costs_no_detent(detents_per_cycle):
    for turns in itertools.product((1, 3, -1, -2), repeat=3):
        parts = [edges(cycles) for cycles in turns]
        for which, part in enumerate(parts):
            for lost in range(len(part)):
                decoder = Quadrature(detents_per_cycle)
                counted = [detents(decoder, turned, lost if n == which else None) for n, turned in enumerate(parts)]
                assert counted == [cycles * detents_per_cycle for cycles in turns], (turns, which, lost)


def test_a_lost_edge_costs_no_detent_while_the_knob_turns_on():
    for way in (1, -1):
        turned = edges(10 * way)
        for lost in range(len(turned)):
            assert detents(Quadrature(), turned, lost) == 10 * way


@KINDS
def test_a_lost_edge_of_a_bouncing_contact_in_every_turn_costs_no_detent(detents_per_cycle, rng):
    chance = random.Random(int(rng.integers(2**32)))
    for _ in range(300):
        decoder = Quadrature(detents_per_cycle)
        for _ in range(5):
            cycles = chance.choice((1, -1)) * chance.randint(1, 5)
            turned = edges(cycles, lambda: chance.randrange(4))
            assert detents(decoder, turned, chance.randrange(len(turned))) == cycles * detents_per_cycle


def test_bounce_at_rest_counts_nothing():
    decoder = Quadrature()
    assert [decoder.edge(phase, closed) for phase in (0, 1) for closed in (True, False) * 10] == [0] * 40


#: A turn by five revolutions a second takes this long from edge to edge: 24 cycles a revolution.
EDGE_MS = 1000 / (5 * 24 * 4)
#: How long the contact of a cheap encoder bounces, at most, behind the filter of the board.
BOUNCE_MS = 1.5
REST_MS = 60


def hand(chance: random.Random, seconds: float):
    """A hand at one knob: turns of up to two revolutions either way, with rests between. Yields (ms, phase, closed), and (ms, None, cycles)
    at each rest with the cycles since the last."""
    now_ms = 0.0
    while now_ms < 1000 * seconds:
        cycles = chance.choice((1, -1)) * chance.randint(1, 48)
        arrived = []
        for phase, closed in edges(cycles):
            now_ms += EDGE_MS * chance.uniform(0.8, 1.25)
            bounces = sorted(chance.uniform(0, BOUNCE_MS) for _ in range(2 * chance.randrange(5)))
            arrived += [(now_ms + at, phase, closed == (n % 2 == 0)) for n, at in enumerate([0.0, *bounces])]
        yield from sorted(arrived, key=lambda edge: edge[0])
        now_ms += REST_MS
        yield now_ms, None, cycles


def test_six_knobs_at_five_turns_a_second_for_ten_minutes_lose_nothing_where_edges_are_lost(rng, record):
    """Every hundredth edge is lost, though not two within one and a half cycles."""
    seed, wrong, lost, turned = int(rng.integers(2**32)), 0, 0, 0
    for knob in range(6):
        chance, decoder = random.Random(seed + knob), Quadrature()
        counted, lost_ms = 0, -1000.0
        for at_ms, phase, value in hand(chance, 600):
            if phase is None:
                wrong += abs(counted + decoder.settle(0) - value)
                counted = 0
                turned += abs(value)
            elif chance.random() < 0.01 and at_ms - lost_ms > 6 * 1.25 * EDGE_MS:
                lost, lost_ms = lost + 1, at_ms
            else:
                counted += decoder.edge(phase, value)
    assert wrong == 0 and lost > 10_000 and turned > 300_000
    record(
        "Box",
        "six encoders, 5 turns/s for 10 minutes, 1 % of the edges lost singly: wrong detents",
        wrong,
        "",
        target="0",
        digits=0,
    )
