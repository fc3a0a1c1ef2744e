"""Every view in Chromium, through both transports, and a picture of each."""

import pytest

from host_cli.box import open_box
from tests.support.browser import PICTURES, Screen
from tests.support.paths import ROOT
from tests.support.patience import wait_until

pytestmark = pytest.mark.browser

VIEWS = ("eq", "multiband", "stereo", "output", "limiter", "loudness", "presets", "health")


def picture(screen, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    screen.page.mouse.move(640, 715)
    screen.page.screenshot(path=PICTURES / f"{name}.png")


def test_every_view_opens_and_is_drawn(either):
    for view in VIEWS:
        either.view(view)
        either.wait(f"document.querySelector('#view .{view}') !== null")
        wait_until(lambda: either.run("burnish.box.counts.frames") > 0, "a frame of the meters")
        assert either.run("document.querySelectorAll('#view .plot canvas').length > 0") == (
            view not in ("presets", "health")
        )
    assert not either.faults


def test_every_control_of_every_view_has_a_name(screen):
    """A screen reader says the name, the role and the value of each control."""
    for view in VIEWS:
        screen.view(view)
        screen.page.wait_for_timeout(200)
        nameless = screen.run(
            """() => [...document.querySelectorAll("button, input, select, textarea, [role=slider]")]
                .filter((e) => e.offsetParent && !e.textContent.trim() && !e.getAttribute("aria-label") && !e.labels?.length)
                .map((e) => e.outerHTML.slice(0, 90))"""
        )
        assert nameless == [], view
        silent = screen.run(
            """() => [...document.querySelectorAll("[role=slider]")]
                .filter((e) => e.offsetParent && !(e.hasAttribute("aria-valuetext") || e.ariaHidden) || e.tabIndex < 0 && !e.ariaHidden)
                .map((e) => e.outerHTML.slice(0, 90))"""
        )
        assert silent == [], view


def test_a_knob_turns_by_keyboard_wheel_and_pointer(either):
    either.view("limiter")
    dial = either.page.locator(".knob[data-id='limiter.gain_db'] .dial")
    dial.focus()
    either.page.keyboard.press("ArrowUp")
    assert either.value("limiter.gain_db") == pytest.approx(0.4)  # 1 % of 36 dB, in steps of 0.1 dB
    either.page.keyboard.press("Shift+ArrowUp")
    assert either.value("limiter.gain_db") == pytest.approx(0.5)
    assert dial.get_attribute("aria-valuetext") == "+0.5 dB"
    dial.hover()
    either.page.mouse.wheel(0, -100)
    wait_until(lambda: either.value("limiter.gain_db") == pytest.approx(0.9), "a turn by the wheel")
    either.drag(".knob[data-id='limiter.gain_db'] .dial", 0, -40)
    turned = either.value("limiter.gain_db")
    assert turned > 4
    wait_until(
        lambda: either.of_box("limiter.gain_db")["limiter.gain_db"] == pytest.approx(turned),
        "the value in the box",
    )
    dial.dblclick()
    wait_until(lambda: either.of_box("limiter.gain_db")["limiter.gain_db"] == 0, "the default in the box")


def test_the_box_learns_the_gain_for_the_target(screen):
    screen.view("limiter")
    screen.page.fill(".target input", "-12")
    screen.page.keyboard.press("Enter")
    screen.page.click("text=Learn gain")
    screen.wait(
        "burnish.box.request('learn.state').then(({ phase, target_lufs }) => phase === 'listening' && target_lufs === -12)"
    )
    screen.wait("document.querySelector('footer .message').textContent.length > 10")
    screen.page.click("text=Learn gain")
    screen.wait("burnish.box.request('learn.state').then(({ phase }) => phase === 'stopped')")
    screen.wait("document.querySelector('.listen button').getAttribute('aria-pressed') === 'false'")


def test_a_node_is_dragged_by_touch(screen):
    screen.view("eq")
    screen.run("() => burnish.store.set({'eq.b4.enabled': true, 'eq.b4.gain_db': 0, 'eq.b4.freq_hz': 500})")
    screen.wait("!document.querySelector(\".node[data-band='4']\").hidden")
    node = screen.page.locator(".node[data-band='4']").bounding_box()
    x, y = node["x"] + node["width"] / 2, node["y"] + node["height"] / 2
    finger = screen.context.new_cdp_session(screen.page)
    for kind, points in (("touchStart", (0,)), ("touchMove", (20, 40, 60)), ("touchEnd", (None,))):
        for moved in points:
            at = [] if moved is None else [{"x": x + moved, "y": y - moved}]
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    wait_until(lambda: screen.of_box("eq.b4.gain_db")["eq.b4.gain_db"] > 2, "the gain in the box")
    assert screen.value("eq.b4.freq_hz") > 600


def test_a_value_is_typed(screen):
    screen.view("limiter")
    screen.page.click(".knob[data-id='limiter.ceiling_dbtp'] .readout")
    screen.page.keyboard.type("-2.5 dB")
    screen.page.keyboard.press("Enter")
    screen.wait_value("limiter.ceiling_dbtp", -2.5)


def test_undo_and_redo_by_keyboard(screen):
    screen.view("eq")
    screen.run("() => burnish.store.set({'eq.b4.gain_db': 3})")
    screen.wait("burnish.store.state.edited")
    screen.page.keyboard.press("Control+z")
    screen.wait_value("eq.b4.gain_db", 0)
    screen.page.keyboard.press("Control+Shift+z")
    screen.wait_value("eq.b4.gain_db", 3)


def test_bypass_buffers_and_match_by_keyboard(screen):
    screen.view("eq")
    screen.page.keyboard.press("b")
    wait_until(lambda: screen.of_box("chain.bypass")["chain.bypass"], "bypass")
    screen.wait("document.documentElement.classList.contains('bypassed')")
    screen.page.keyboard.press("b")
    screen.page.keyboard.press("e")
    wait_until(lambda: screen.of_box("chain.match")["chain.match"], "equal loudness")
    screen.page.keyboard.press("e")
    screen.page.keyboard.press("a")
    screen.wait("burnish.store.state.ab === 'b'")
    screen.page.keyboard.press("a")
    screen.wait("burnish.store.state.ab === 'a'")


def test_crossovers_and_thresholds_are_dragged(screen):
    screen.view("multiband")
    screen.drag(".crossover[data-id='multiband.x2_hz']", 60, 0)
    screen.drag(".node[data-id='multiband.b2.threshold_db']", 0, 80)
    assert screen.value("multiband.x2_hz") > 1000
    assert screen.value("multiband.b2.threshold_db") < -10
    screen.drag(".crossover[data-id='multiband.x2_hz']", 600, 0)
    assert screen.value("multiband.x2_hz") < screen.value("multiband.x3_hz"), "it stops before its neighbour"
    shown = {id: screen.value(id) for id in ("multiband.x2_hz", "multiband.b2.threshold_db")}
    wait_until(lambda: screen.of_box(*shown) == shown, "the values in the box")


def test_the_curve_of_the_eq_is_that_of_the_box(screen):
    screen.view("eq")
    screen.run("() => burnish.store.set({'eq.b5.enabled': true, 'eq.b5.gain_db': 6, 'eq.b5.freq_hz': 1000})")
    wait_until(lambda: screen.of_box("eq.b5.gain_db") == {"eq.b5.gain_db": 6}, "the band in the box")
    answer = screen.run("() => burnish.box.request('curve', { section: 'eq', points: 200 })")
    nearest = min(range(200), key=lambda i: abs(answer["hz"][i] - 1000))
    assert answer["db"][nearest] == pytest.approx(6, abs=0.2)


def test_a_preset_is_saved_found_compared_and_deleted(screen, playing):
    screen.view("presets")
    screen.wait("document.querySelectorAll('.library li').length > 5")
    screen.run("() => burnish.store.set({'eq.b1.enabled': true, 'eq.b1.gain_db': 2})")
    screen.page.click("text=Save as …")
    screen.page.fill("dialog input", "Mine")
    screen.page.click("dialog .main")
    screen.wait("[...document.querySelectorAll('.library li')].some((row) => row.dataset.name === 'Mine')")
    screen.page.fill("input[type=search]", "mine")
    assert screen.run("document.querySelectorAll('.library li').length") == 1
    screen.page.fill("input[type=search]", "")
    screen.page.fill("textarea", 'quiet songs\nand "loud" ones')
    screen.page.click("text=Save notes")
    screen.wait("document.querySelector('footer .message').textContent.includes('notes')")
    with open_box(str(playing.tty), 20.0) as box:
        assert 'notes = "quiet songs\\nand \\"loud\\" ones"' in box.pull("Mine").decode()
    screen.page.select_option("select[aria-label='Compare with']", "Neutral")
    screen.wait("document.querySelector('.differences tbody').textContent.includes('eq.b1.gain_db')")
    screen.page.click(".detail button:text-is('Delete')")
    screen.page.click("dialog .main")
    screen.wait("![...document.querySelectorAll('.library li')].some((row) => row.dataset.name === 'Mine')")


def test_a_preset_that_raises_the_ceiling_is_loaded_only_after_a_question(screen):
    screen.run("() => burnish.store.set({ 'limiter.ceiling_dbtp': -3 })")
    screen.view("presets")
    screen.page.locator(".library li[data-name='Neutral']").click()
    screen.wait("document.querySelector('.detail h2').textContent === 'Neutral'")
    screen.page.click(".detail button:text-is('Load')")
    screen.wait(
        "document.querySelector('dialog')?.textContent.includes('raises the ceiling from -3.0 to -1.0 dBTP') ?? false"
    )
    screen.page.click("dialog button:text-is('Cancel')")
    assert screen.of_box("limiter.ceiling_dbtp") == {"limiter.ceiling_dbtp": -3}
    screen.page.click(".detail button:text-is('Load')")
    screen.page.click("dialog .main")
    wait_until(lambda: screen.of_box("limiter.ceiling_dbtp") == {"limiter.ceiling_dbtp": -1}, "the preset")


def test_presets_are_ordered_for_the_front_panel(screen):
    names = "[...document.querySelectorAll('.library li')].map((row) => row.dataset.name)"
    screen.view("presets")
    screen.wait("document.querySelectorAll('.library li').length > 5")
    before = screen.run(names)
    screen.page.drag_and_drop(f".library li[data-name='{before[4]}']", f".library li[data-name='{before[1]}']")
    dragged = [before[0], before[4], *before[1:4], *before[5:]]
    wait_until(lambda: screen.run(names) == dragged, "the new order")
    screen.page.locator(f".library li[data-name='{before[4]}']").focus()
    screen.page.keyboard.press("Alt+ArrowDown")
    wait_until(lambda: screen.run(names) == [*before[:2], before[4], *before[2:4], *before[5:]], "the next order")
    screen.run("names => burnish.box.request('preset.order', { names })", before)


def test_the_log_of_the_box_is_shown(screen):
    screen.view("health")
    screen.wait("document.querySelectorAll('.log li').length > 0")
    assert screen.run("document.querySelector('.facts-list').textContent.includes('latency')")


def test_the_page_says_what_to_do_without_a_box(chromium, web):
    from host_cli.web.server import WRONG_TOKEN

    screen = Screen(chromium, web.url.split("#")[0])  # without the token: the page looks for a cable
    screen.wait("document.querySelector('.connect').checkVisibility()")
    assert screen.run("document.querySelector('.connect').textContent").count("No box is connected") == 1
    assert WRONG_TOKEN == 4401
    screen.close()


SHOWN = {
    "eq.mode": "minimum",
    "eq.b1.enabled": True, "eq.b1.type": "low_cut", "eq.b1.freq_hz": 28,
    "eq.b3.enabled": True, "eq.b3.freq_hz": 240, "eq.b3.gain_db": -2.5, "eq.b3.q": 1.2,
    "eq.b5.enabled": True, "eq.b5.freq_hz": 2400, "eq.b5.gain_db": 1.0, "eq.b5.dynamic": True, "eq.b5.dyn_threshold_db": -45,
    "eq.b5.dyn_range_db": -8, "eq.b8.enabled": True, "eq.b8.freq_hz": 9000, "eq.b8.gain_db": 3.5, "eq.b8.type": "high_shelf",
    "multiband.b1.threshold_db": -30, "multiband.b1.ratio": 3, "multiband.b2.threshold_db": -32, "multiband.b2.ratio": 2,
    "multiband.b3.threshold_db": -34, "multiband.b3.ratio": 2.5,
    "stereo.width_low_pct": 60, "stereo.width_high_pct": 130, "stereo.mono": True, "stereo.mono_hz": 90,
    "saturator.enabled": True, "saturator.drive_db": 6, "limiter.gain_db": 14,
}  # fmt: skip


@pytest.mark.parametrize("scheme, size", [("dark", (1280, 720)), ("light", (1280, 720)), ("dark", (3840, 2160))])
def test_pictures(chromium, web, scheme, size):
    """Nothing is cut off or overlaps at the smallest and at the largest size; the pictures are for the documents."""
    screen = Screen(chromium, web.url, scheme=scheme, size=size, motion="reduce").ready()
    screen.run("values => burnish.store.set(values)", SHOWN)
    screen.wait_value("limiter.gain_db", 14)
    if scheme == "dark" and size[0] == 1280:
        screen.page.wait_for_timeout(20_000)  # the histories of the pictures for the documents
    for view in VIEWS:
        screen.view(view)
        if view == "eq":
            screen.page.click(".band[data-band='5']")
        screen.page.wait_for_timeout(1500)
        hidden = screen.run("() => document.documentElement.scrollWidth - innerWidth")
        assert hidden <= 0, f"{view}: {hidden} pixels are to the right of the screen"
        below = screen.run(
            "() => { const view = document.querySelector('#view'); return view.scrollHeight - view.clientHeight; }"
        )
        assert below <= 0, f"{view}: {below} pixels are below the screen"
        name = view if scheme == "dark" else f"{view}-light"
        if size[0] == 1280 and (scheme == "dark" or view in ("eq", "limiter")):
            picture(screen, name)
        elif view in ("eq", "multiband"):
            screen.page.screenshot(path=ROOT / "build" / f"{view}-4k.png")  # too large for the documents
    screen.close()
