"""The store: changes are complete and in order, there are two edit buffers, and a restart keeps the values."""

import json
import threading
from types import SimpleNamespace

import pytest

from firmware.contract import params
from firmware.contract.params import ParamError
from firmware.settings.store import RevConflict, Store

CEILING, RATIO, BYPASS = "limiter.ceiling_dbtp", "multiband.b1.ratio", "chain.bypass"


def preset(name="Warm", **values):
    return SimpleNamespace(name=name, values=values, meta={})


def test_starts_at_the_defaults():
    store = Store()
    assert store.snapshot() == params.DEFAULTS
    assert (store.rev, store.ab, store.preset_name, store.edited) == (0, "a", None, False)


def test_a_change_is_published_with_all_values_and_notified_with_its_source():
    published, told = [], []
    store = Store(publish=lambda values, rev: published.append((values, rev)))
    store.subscribe(lambda *news: told.append(news))
    rev = store.set_many({CEILING: -2, BYPASS: "on"}, "link")
    assert rev == store.rev == 1
    assert store.get(CEILING) == -2.0 and store.get(BYPASS) == 1.0
    assert published == [(store.snapshot(), 1)]
    assert told == [({CEILING: -2.0, BYPASS: 1.0}, 1, "link")]


def test_equal_values_make_no_revision():
    store = Store()
    assert store.set_many({CEILING: params.DEFAULTS[CEILING]}, "panel") == 0
    assert store.set_many({}, "panel") == 0


@pytest.mark.parametrize("bad", [{"limiter.nothing": 1}, {CEILING: 3}, {CEILING: float("nan")}, {BYPASS: "maybe"}])
def test_all_or_nothing(bad):
    store = Store()
    with pytest.raises(ParamError):
        store.set_many({RATIO: 4} | bad, "link")
    assert store.snapshot() == params.DEFAULTS and store.rev == 0


def test_a_change_based_on_an_old_revision_is_refused():
    store = Store()
    store.set_many({RATIO: 2}, "panel")
    with pytest.raises(RevConflict) as refusal:
        store.set_many({RATIO: 3}, "link", if_rev=0)
    assert (refusal.value.wanted, refusal.value.actual) == (0, 1)
    assert store.set_many({RATIO: 3}, "link", if_rev=1) == 2


def test_preset_sets_its_values_defaults_the_rest_and_keeps_bypass():
    store = Store()
    store.set_many({RATIO: 4, BYPASS: True}, "panel")
    assert store.edited
    store.load_preset(preset(**{CEILING: -3.0}), "link")
    assert store.get(CEILING) == -3.0 and store.get(RATIO) == params.DEFAULTS[RATIO] and store.get(BYPASS) == 1.0
    assert store.preset_name == "Warm" and not store.edited
    store.set_many({RATIO: 2}, "panel")
    assert store.edited
    store.mark_saved("Warmer", "test")
    assert store.preset_name == "Warmer" and not store.edited and store.get(RATIO) == 2.0
    store.set_many({BYPASS: False}, "panel")
    assert not store.edited  # bypass belongs to no preset


def test_a_bad_preset_changes_nothing():
    store = Store()
    with pytest.raises(ParamError):
        store.load_preset(preset(**{RATIO: 2.0, CEILING: 99.0}), "link")
    assert store.snapshot() == params.DEFAULTS and store.preset_name is None


def test_a_and_b():
    told = []
    store = Store()
    store.subscribe(lambda *news: told.append(news))
    store.set_many({RATIO: 4, BYPASS: True}, "panel")
    store.select("b", "test")
    assert store.ab == "b" and store.get(RATIO) == params.DEFAULTS[RATIO] and store.get(BYPASS) == 1.0
    assert told[-1] == ({RATIO: params.DEFAULTS[RATIO]}, 2, "test")
    store.copy("a", "b", "test")
    assert store.get(RATIO) == 4.0
    store.set_many({RATIO: 5}, "panel")
    store.select("a", "test")
    assert store.get(RATIO) == 4.0
    with pytest.raises(ValueError, match="a or b"):
        store.select("c", "test")


def test_dump_and_restore_are_exact_and_revisions_continue():
    first = Store()
    first.load_preset(preset(**{CEILING: -0.3}), "link")
    first.set_many({RATIO: 1.35, BYPASS: True}, "panel")
    first.select("b", "test")
    first.set_many({RATIO: 7}, "panel")
    second = Store()
    second.restore(json.loads(json.dumps(first.dump())))
    assert second.snapshot() == first.snapshot() and second.rev > first.rev
    assert second.ab == "b" and second.edited
    second.select("a", "test")
    first.select("a", "test")
    assert second.snapshot() == first.snapshot() and second.preset_name == "Warm"


@pytest.mark.parametrize("damage", [{"ab": "x"}, {"common": {"nothing.there": 1}}, {"slots": {}}, {"rev": "new"}])
def test_a_damaged_dump_changes_nothing(damage):
    store = Store()
    with pytest.raises((ParamError, KeyError, TypeError, ValueError)):
        store.restore(Store().dump() | damage)
    assert store.snapshot() == params.DEFAULTS and store.rev == 0


def test_a_subscriber_may_change_values_and_may_fail():
    told = []
    store = Store()

    def faulty(changed, rev, source):
        raise RuntimeError("meant")

    def couple(changed, rev, source):
        told.append((changed, rev))
        if RATIO in changed and source == "panel":
            store.set_many({"multiband.b2.ratio": changed[RATIO]}, "couple")

    store.subscribe(faulty)
    store.subscribe(couple)
    store.set_many({RATIO: 3}, "panel")
    assert told == [({RATIO: 3.0}, 1), ({"multiband.b2.ratio": 3.0}, 2)]


def test_with_many_writers_every_revision_is_notified_once_and_in_order():
    told, published = [], []
    store = Store(publish=lambda values, rev: published.append(rev))
    store.subscribe(lambda changed, rev, source: told.append((rev, source, changed)))

    def write(n):
        for i in range(200):
            store.set_many({f"multiband.b{n}.threshold_db": -float(i % 50) - 1}, f"writer {n}")

    writers = [threading.Thread(target=write, args=(n,)) for n in (1, 2, 3, 4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [rev for rev, *_ in told] == published == list(range(1, store.rev + 1))
    assert store.rev == 800
