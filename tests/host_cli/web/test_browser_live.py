"""Two clients at once, unplugging, and hours of streaming, measured in Chromium.

The times are printed, because tests assert no wall-clock time; `make test-browser LONG=1` runs the long versions.
"""

import os
import statistics
import time

import pytest

from host_cli.box import open_box
from tests.support.browser import Screen
from tests.support.patience import wait_until

pytestmark = pytest.mark.browser

LONG = bool(os.environ.get("LONG"))
#: Seconds of drawing, meter frames of an hour, unplugs.
DRAWING_S, HOUR_FRAMES, UNPLUGS = (60, 108_000, 20) if LONG else (5, 10_800, 3)


def test_two_clients_see_each_others_changes_without_a_loop(chromium, web, playing):
    """A page, a second page and the command line: each change arrives once, and nobody sends it back."""
    one, two = Screen(chromium, web.url).ready(), Screen(chromium, web.url).ready()
    delays_ms = []
    arrival = "value => arrived.get(`eq.b7.gain_db=${value}`)"
    for page in (one, two):
        page.run(
            """() => {
                globalThis.arrived = new Map();
                burnish.store.addEventListener("value", ({ detail }) => arrived.set(`${detail}=${burnish.store.get(detail)}`, Date.now()));
            }"""
        )
    with open_box(str(playing.tty), 20.0) as box:
        for step in range(1, 11):
            value = step / 10
            began = time.time()
            box.set({"eq.b7.gain_db": value})
            for page in (one, two):
                page.wait_value("eq.b7.gain_db", value)
                delays_ms.append(page.run(arrival, value) - 1000 * began)
        for step in range(1, 11):
            value = -step / 10
            began = one.run("value => { burnish.store.set({ 'eq.b7.gain_db': value }); return Date.now(); }", value)
            two.wait_value("eq.b7.gain_db", value)
            delays_ms.append(two.run(arrival, value) - began)
        sent = [page.run("burnish.box.counts.requests") for page in (one, two)]
        changes = [page.run("burnish.box.counts.changes") for page in (one, two)]
        rev = box.state().rev
    one.page.wait_for_timeout(1000)
    rest = [page.run("burnish.box.counts.changes") for page in (one, two)]
    print(
        f"a change reaches another client after {statistics.median(delays_ms):.0f} ms (median), {max(delays_ms):.0f} ms at most"
    )
    assert rest == changes, "after the last change nothing is reported any more"
    assert max(changes) <= 20 + 2, "each change is reported once"
    with open_box(str(playing.tty), 20.0) as box:
        assert box.state().rev == rev, "nobody has set anything again"
    assert sent[1] < sent[0] + 200
    for page in (one, two):
        assert not page.faults
        page.close()


def test_what_the_user_holds_is_not_moved_by_others(screen, playing):
    screen.view("limiter")
    dial = screen.page.locator(".knob[data-id='limiter.gain_db'] .dial").bounding_box()
    x, y = dial["x"] + dial["width"] / 2, dial["y"] + dial["height"] / 2
    screen.page.mouse.move(x, y)
    screen.page.mouse.down()
    screen.page.mouse.move(x, y - 30, steps=5)
    held = screen.value("limiter.gain_db")
    wait_until(lambda: screen.of_box("limiter.gain_db")["limiter.gain_db"] == held, "the value in the box")
    with open_box(str(playing.tty), 20.0) as box:
        box.set({"limiter.gain_db": 1.5, "limiter.hold_ms": 7})
    screen.wait_value("limiter.hold_ms", 7)
    assert screen.value("limiter.gain_db") == held
    screen.page.mouse.up()
    screen.wait_value("limiter.gain_db", 1.5)


def test_drawing_keeps_up_with_the_meters(screen):
    """Frames of the display and long tasks while all meters, spectra and curves move."""
    for view in ("multiband", "limiter", "stereo", "loudness", "eq"):  # each view is built when it is shown first
        screen.view(view)
        screen.page.wait_for_timeout(300)
    screen.run("() => burnish.store.set({'eq.mode': 'minimum', 'eq.b5.enabled': true, 'eq.b5.dynamic': true})")
    screen.run(
        """() => {
            globalThis.long = [];
            new PerformanceObserver((list) => long.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
            globalThis.shown = 0;
            const count = () => { shown += 1; requestAnimationFrame(count); };
            requestAnimationFrame(count);
        }"""
    )
    frames = screen.run("burnish.box.counts.frames")
    began = time.monotonic()
    busy = {}
    for view in ("eq", "multiband", "limiter", "stereo", "loudness"):
        screen.view(view)
        thread_s, at = screen.thread_s(), time.monotonic()
        screen.page.wait_for_timeout(1000 * DRAWING_S / 5)
        busy[view] = f"{100 * (screen.thread_s() - thread_s) / (time.monotonic() - at):.0f} %"
    seconds = time.monotonic() - began
    shown, long = screen.run("[shown, long]")
    meters = screen.run("burnish.box.counts.frames") - frames
    print(
        f"{shown / seconds:.1f} frames/s drawn, {meters / seconds:.1f} meter frames/s, {len(long)} long tasks in {seconds:.0f} s: {long}"
    )
    print(f"time of the page's main thread on the processor: {busy}")
    assert meters > 0 and shown > 0


def test_memory_is_flat_over_an_hour_of_frames(screen):
    """The frames of an hour are given to the page as fast as it takes them, with a chart that moves."""
    screen.view("loudness")
    feed = """async (count) => {
        const { box } = burnish;
        const names = Object.keys(box.meters);
        for (let i = 0; i < count; i++) {
            box.meters[names[i % names.length]] = -20 - (i % 100) / 10;
            box.dispatchEvent(new Event("m"));
            if (i % 15 === 0) box.dispatchEvent(new Event("s"));
            if (i % 600 === 0) await new Promise(requestAnimationFrame);
        }
        for (let i = 0; i < 3; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 50)); }
        return performance.memory.usedJSHeapSize;
    }"""
    first = screen.run(feed, HOUR_FRAMES // 4)
    nodes = screen.run("document.querySelectorAll('*').length")
    last = screen.run(feed, HOUR_FRAMES)
    print(f"heap {first / 1e6:.2f} MB after {HOUR_FRAMES // 4} frames, {last / 1e6:.2f} MB after {HOUR_FRAMES} more")
    assert last - first < 1_000_000, "bytes that remain after the frames"
    assert screen.run("document.querySelectorAll('*').length") == nodes


def test_the_views_leave_nothing_behind(screen):
    """Views and bands that are opened again and again keep no listeners and no elements."""
    count = "document.querySelectorAll('*').length"
    visit = """async () => {
        for (const view of ["eq", "multiband", "stereo", "output", "limiter", "loudness", "health", "eq"]) {
            document.querySelector(`[data-view=${view}]`).click();
            for (const band of document.querySelectorAll("#view .band")) band.click();
            await new Promise(requestAnimationFrame);
        }
        gc();
        return performance.memory.usedJSHeapSize;
    }"""
    for _ in range(3):
        screen.run(visit)
    nodes = screen.run(count)
    first = screen.run(visit)
    for _ in range(20 if LONG else 5):
        last = screen.run(visit)
    assert screen.run(count) == nodes
    print(f"heap {first / 1e6:.2f} MB, {last / 1e6:.2f} MB after visiting all views again")
    assert last - first < 2_000_000


def test_the_cable_is_unplugged_and_plugged_in(cable):
    """The page connects again each time, and its settings reach the box."""
    for number in range(1, UNPLUGS + 1):
        cable.run("() => stand_in.unplug()")
        cable.wait("!burnish.box.online && document.querySelector('.connect').checkVisibility()")
        cable.run("() => stand_in.plug()")
        cable.wait("burnish.box.online && !document.querySelector('.connect').checkVisibility()")
        value = number / 10
        cable.run("value => burnish.store.set({ 'eq.b6.gain_db': value })", value)
        wait_until(lambda value=value: cable.of_box("eq.b6.gain_db")["eq.b6.gain_db"] == value, "the value in the box")
    frames = cable.run("burnish.box.counts.frames")
    wait_until(lambda: cable.run("burnish.box.counts.frames") > frames, "meters after the last connection")
    print(f"connected {cable.run('burnish.box.counts.connections')} times in {UNPLUGS} unplugs")
    assert cable.run("burnish.box.counts.connections") == UNPLUGS + 1


def test_the_bridge_finds_the_box_again(chromium, tmp_path):
    """Behind the bridge, the box disappears and comes back."""
    from host_cli.box import Sharing
    from host_cli.web import WebServer
    from tests.support.fake_box import FakeBox, served

    path = tmp_path / "port"
    fake = FakeBox(tmp_path / "presets")
    with Sharing(str(path)) as sharing, WebServer(sharing) as server:
        screen = None
        for number in range(1, UNPLUGS + 1):
            with served(fake, path):
                screen = screen or Screen(chromium, server.url)
                screen.ready()
                screen.run("value => burnish.store.set({ 'limiter.hold_ms': value })", number)
                wait_until(lambda number=number: fake.store.get("limiter.hold_ms") == number, "the value in the box")
            screen.wait("!burnish.box.online && document.querySelector('.connect').checkVisibility()")
        screen.close()


def test_a_slow_line_gets_fewer_spectra(screen):
    """On a UART the page asks for one spectrum per second, so that the meters keep their share of the line."""
    screen.view("eq")
    screen.run("() => { burnish.box.welcome.link.bytes_per_s = 11520; }")
    screen.page.wait_for_timeout(300)
    before = screen.run("burnish.box.counts.requests")
    screen.page.wait_for_timeout(3000)
    asked = screen.run("burnish.box.counts.requests") - before
    assert asked <= 3 + 3 + 2, "spectra and renewals of three seconds"
