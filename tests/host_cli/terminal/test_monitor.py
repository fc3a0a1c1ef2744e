"""The monitor, operated by its keys with a box on a pseudo terminal; its curves and its feed."""

import asyncio
import math
import re
import time

import pytest
from textual.widgets import OptionList, Static

from firmware import presets
from firmware.contract import params
from firmware.presets import Preset
from host_cli.box.feed import Feed
from host_cli.errors import CliFail
from host_cli.terminal.braille import Canvas, log_grid, resampled
from host_cli.terminal.monitor import Monitor
from host_cli.terminal.panels import eq_curves_db
from tests.support.fake_box import served
from tests.support.patience import PATIENCE_S


def drive(tty, script, size=(150, 44)):
    """Run `script(pilot, app)` on the screen of the monitor."""

    async def run():
        with Feed(tty, 3.0) as feed:
            app = Monitor(feed)
            async with app.run_test(size=size) as pilot:
                await pilot.pause(0.1)
                await script(pilot, app)

    asyncio.run(run())


async def until(pilot, condition):
    """Let the screen run until `condition()` is true."""
    for _ in range(200):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("the condition did not become true")


def text(app, id: str) -> str:
    return str(app.query_one(id, Static).render())


def options(app, id: str) -> list[str]:
    found = app.query_one(id, OptionList)
    return [str(found.get_option_at_index(n).prompt) for n in range(found.option_count)]


def test_keys_have_the_effects_that_the_footer_names(tty, fake):
    async def script(pilot, app):
        await pilot.press("space")
        await until(pilot, lambda: fake.store.get("chain.bypass") == 1)
        await until(pilot, lambda: "BYPASS" in text(app, "#head"))
        await pilot.press("space", "m")
        await until(pilot, lambda: fake.store.get("chain.mute") == 1 and fake.store.get("chain.bypass") == 0)
        await pilot.press("b")
        await until(pilot, lambda: fake.store.ab == "b")
        await until(pilot, lambda: "[B]" in text(app, "#head"))
        await pilot.press("r")
        await until(pilot, lambda: fake.store.get("meter.epoch") == 1)

    drive(tty, script)


def test_any_parameter_can_be_nudged(tty, fake):
    async def script(pilot, app):
        first = next(iter(app.feed.values))
        before = fake.store.get(first)
        await pilot.press("right")  # from the sections to the parameters
        assert app.focused.id == "params"
        await pilot.press("right", "right", "left")
        wanted = params.BY_ID[first].nudge(before, 1)
        await until(pilot, lambda: fake.store.get(first) == pytest.approx(wanted))
        await pilot.press("shift+right")
        await until(pilot, lambda: fake.store.get(first) == pytest.approx(wanted + params.BY_ID[first].step))
        await pilot.press("d")
        await until(pilot, lambda: fake.store.get(first) == before)
        await pilot.press("escape", "down", "enter", "down", "right")
        second = list(app.feed.values)[2]
        await until(pilot, lambda: fake.store.get(second) != params.DEFAULTS[second])
        assert second in text(app, "#message")

    drive(tty, script)


def test_arrow_keys_change_a_value_only_where_the_parameters_have_the_focus(tty, fake):
    async def script(pilot, app):
        before = dict(app.feed.values)
        await pilot.press("left", "down", "down", "up", "p", "left", "right", "down")
        await pilot.pause(0.1)
        assert app.feed.values == before and app.focused.id == "presets"

    drive(tty, script)


def test_values_are_typed_and_refused_with_the_reason(tty, fake):
    async def script(pilot, app):
        await pilot.press("enter", "enter", *"-3.5", "enter")
        await until(pilot, lambda: fake.store.get("input.trim_db") == -3.5)
        await pilot.press("enter", *"99", "enter")
        await until(pilot, lambda: "input.trim_db cannot be '99'" in text(app, "#message"))
        await pilot.press("enter", *"1", "escape", "enter", *" m", "escape")  # keys are text while a value is typed
        await pilot.pause(0.1)
        assert fake.store.get("input.trim_db") == -3.5
        assert not fake.store.get("chain.mute") and not fake.store.get("chain.bypass")

    drive(tty, script)


def test_search_lists_parameters_by_id_and_help_and_enter_edits_them(tty, fake):
    async def script(pilot, app):
        await pilot.press("slash", *"ceiling")
        await until(pilot, lambda: any("limiter.ceiling_dbtp" in line for line in options(app, "#params")))
        assert len(options(app, "#params")) < 6
        await pilot.press("enter")
        place = next(n for n, line in enumerate(options(app, "#params")) if "limiter.ceiling_dbtp" in line)
        app.query_one("#params", OptionList).highlighted = place
        await pilot.press("left")
        await until(pilot, lambda: fake.store.get("limiter.ceiling_dbtp") < -1)
        await pilot.press("escape")
        await until(pilot, lambda: "trim" in options(app, "#params")[0])
        assert app.focused.id == "sections"

    drive(tty, script)


def test_the_mouse_selects_sections_parameters_and_switches(tty, fake):
    async def script(pilot, app):
        sections = app.query_one("#sections", OptionList)
        await pilot.click("#sections", offset=(4, 1 + sections.get_option_index("eq.b1")))
        await until(pilot, lambda: "enabled" in options(app, "#params")[0])
        await pilot.click("#params", offset=(4, 1))
        await until(pilot, lambda: fake.store.get("eq.b1.enabled") == 1)

    drive(tty, script)


def test_question_mark_shows_the_keys_and_closes_them(tty, fake):
    async def script(pilot, app):
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 2
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 1

    drive(tty, script)


def test_a_preset_is_loaded_and_a_startling_one_only_after_a_second_enter(tty, fake):
    from firmware.presets.document import Preset

    fake.presets.save(Preset("Zz very loud", {"limiter.gain_db": 20.0}))

    async def script(pilot, app):
        presets = app.query_one("#presets", OptionList)
        names = [row.name for row in app.feed.presets]
        presets.focus()
        presets.highlighted = names.index("Warm")
        await pilot.press("enter")
        await until(pilot, lambda: fake.store.preset_name == "Warm")
        await until(pilot, lambda: "] Warm" in text(app, "#head"))
        presets.highlighted = names.index("Zz very loud")
        await pilot.press("enter")
        await until(pilot, lambda: "press Enter again" in text(app, "#message"))
        assert fake.store.preset_name == "Warm"
        await pilot.press("enter")
        await until(pilot, lambda: fake.store.preset_name == "Zz very loud")

    drive(tty, script)


def test_changes_at_the_front_panel_are_shown(tty, fake):
    async def script(pilot, app):
        app.query_one("#sections", OptionList).highlighted = app.query_one("#sections", OptionList).get_option_index(
            "limiter"
        )
        fake.store.set_many({"limiter.ceiling_dbtp": -2.5}, "panel")
        await until(pilot, lambda: any("−2.5 dBTP" in line for line in options(app, "#params")))

    drive(tty, script)


def test_meters_spectrum_and_history_are_drawn(tty, fake):
    async def script(pilot, app):
        fake.store.set_many({"eq.b5.enabled": True, "eq.b5.gain_db": 12.0}, "panel")
        for _ in range(4):
            fake.play(1.0, -12)
            await pilot.pause(0.3)
        await until(pilot, lambda: "−12.0 dBFS" in text(app, "#levels"))
        assert any(0x2800 < ord(c) < 0x2900 for c in text(app, "#spectrum"))
        assert any(0x2800 < ord(c) < 0x2900 for c in text(app, "#loudness"))
        assert app.feed.spectrum["hz"][0] < 30

    drive(tty, script)


def test_the_target_is_that_of_the_preset_unless_another_is_given(tty, fake):
    async def script(pilot, app):
        def title() -> str:
            return re.sub(r"\[.*?\]", "", str(app.query_one("#loudness").border_title))

        await until(pilot, lambda: "target −14 (default)" in title())
        data = presets.dump(Preset(name="Radio", target_lufs=-18.0)).encode()
        app.feed.do(lambda box: box.push("radio.toml", data).name)
        app.feed.do(lambda box: box.load("Radio").name)
        await until(pilot, lambda: "target −18 (preset)" in title())
        app._given_lufs = -16.5
        await until(pilot, lambda: "target −16.5 (--target)" in title())

    drive(tty, script)


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (250, 70)])
def test_any_size_of_terminal(tty, size):
    async def script(pilot, app):
        await pilot.pause(0.2)

    drive(tty, script, size)


def test_an_unplugged_box_is_reported_and_found_again(fake, tmp_path):
    link = tmp_path / "tty"

    async def run():
        with served(fake, link):
            feed = Feed(str(link), 1.0).__enter__()
            app = Monitor(feed, -14.0)
        async with app.run_test() as pilot:
            await until(pilot, lambda: feed.stale)
            await until(pilot, lambda: "NO METERS" in text(app, "#head"))
            with served(fake, link):
                await until(pilot, lambda: not feed.stale)
                await pilot.press("space")
                await until(pilot, lambda: fake.store.get("chain.bypass") == 1)
                feed.__exit__()

    asyncio.run(run())


def test_a_refusal_is_shown_and_the_value_is_corrected(tty, fake):
    with Feed(tty, 3.0) as feed:
        feed.set("limiter.ceiling_dbtp", 99)
        assert feed.values["limiter.ceiling_dbtp"] == 99
        deadline = time.monotonic() + PATIENCE_S
        while "allowed is" not in feed.message and time.monotonic() < deadline:
            time.sleep(0.01)
        assert "allowed is -12 to 0 dBTP" in feed.message and feed.values["limiter.ceiling_dbtp"] == -1.0


def test_a_missing_box_is_a_failure(tmp_path):
    with pytest.raises(CliFail) as why:
        Feed(str(tmp_path / "none"), 1.0).__enter__()
    assert why.value.status == 3


def test_without_a_terminal_another_command_is_advised(burnish):
    status, _, err = burnish("monitor")
    assert status == 2 and "burnish meters --json" in err


# -- curves ------------------------------------------------------------------------------------------------------


def test_the_curve_has_the_gain_and_frequency_of_its_band():
    values = {p.id: p.to_plain(p.default) for p in params.TABLE}
    values |= {"eq.b5.enabled": True, "eq.b5.gain_db": 6.0, "eq.b5.freq_hz": 1000.0}
    grid = log_grid(301)
    (curve,) = eq_curves_db(params.BY_ID, values, 48_000, grid)
    assert max(curve) == pytest.approx(6.0, abs=0.05)
    assert grid[curve.index(max(curve))] == pytest.approx(1000, rel=0.02)
    assert eq_curves_db(params.BY_ID, {**values, "eq.enabled": False}, 48_000, grid) == [[0.0] * 301]
    one_side = eq_curves_db(params.BY_ID, {**values, "eq.b5.placement": "left"}, 48_000, grid)
    assert max(one_side[0]) == pytest.approx(6.0, abs=0.05) and max(one_side[1]) == pytest.approx(0.0, abs=0.05)


def test_braille():
    canvas = Canvas(2, 1, 0.0, 3.0)
    canvas.curve([0.0, 1.0, 2.0, 3.0])
    assert canvas.lines() == ["⡠⠊"]
    full = Canvas(1, 1, 0.0, 3.0)
    full.curve([3.0, 3.0], fill=True)
    assert full.lines() == ["⣿"]
    empty = Canvas(1, 1, 0.0, 3.0)
    empty.curve([-1.0, math.nan])
    assert empty.lines() == ["⠀"]


def test_resampling_keeps_points_and_ends():
    hz = [100.0, 1000.0, 10_000.0]
    levels = [0.0, -10.0, -30.0]
    assert resampled(hz, levels, [20.0, 100.0, 1000.0, 3162.28, 10_000.0, 20_000.0]) == pytest.approx(
        [0, 0, -10, -20, -30, -30], abs=1e-3
    )
