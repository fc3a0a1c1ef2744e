"""The page in Firefox, through the bridge."""

import pytest

from tests.support import firefox
from tests.support.firefox import Firefox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(firefox.path() is None, reason=firefox.WANTED),
]


def test_every_view_opens_and_a_setting_reaches_the_box(web, tmp_path):
    with Firefox(tmp_path, web.url) as browser:
        browser.wait(
            "Boolean(globalThis.burnish?.box.online && burnish.store.params.size && document.querySelector('#view .view'))"
        )
        for view in ("multiband", "stereo", "output", "limiter", "loudness", "presets", "health", "eq"):
            browser.run(f"document.querySelector('[data-view={view}]').click()")
            browser.wait(f"document.querySelector('#view .{view}') !== null")
            frames = browser.run("burnish.box.counts.frames")
            browser.wait(f"burnish.box.counts.frames > {frames}")
        browser.run("burnish.store.set({ 'eq.b2.gain_db': 4.5 })")
        browser.wait(
            "burnish.box.request('get', { paths: ['eq.b2.gain_db'] }).then(({ values }) => values['eq.b2.gain_db'] === 4.5)"
        )
        assert browser.faults == []


def test_without_a_token_the_page_says_what_to_do(web, tmp_path):
    """Older versions of Firefox have no Web Serial; version 153 has it."""
    with Firefox(tmp_path, web.url.split("#")[0]) as browser:
        wanted = "Connect over USB" if browser.run("'serial' in navigator") else "burnish web"
        browser.wait(f"document.querySelector('.connect')?.textContent.includes('{wanted}') ?? false")
