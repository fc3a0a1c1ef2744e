"""Chromium, driven by Playwright, for tests of the page; and what such tests need to wait and to drag."""

import contextlib
import shutil
import time

from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

#: Pictures of the page in the documents.
PICTURES = ROOT / "docs" / "plots" / "web"
WANTED = "Chromium or Playwright is missing: run `sh tools/browser_setup.sh`"


@contextlib.contextmanager
def chromium():
    """A running Chromium (playwright `Browser`), or None if it or Playwright is not installed."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        path = None
    if path is None:
        yield None
        return
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--enable-precise-memory-info", "--js-flags=--expose-gc"]
        )
        yield running
        running.close()


class Screen:
    """A page in the browser. `faults` collects what its console reports as errors, and exceptions."""

    def __init__(
        self, browser, url: str, *, scheme: str = "dark", size=(1280, 720), script: str = "", motion="no-preference"
    ):
        self.context = browser.new_context(
            color_scheme=scheme, viewport={"width": size[0], "height": size[1]}, reduced_motion=motion
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self._metrics = None
        self.page.on("console", lambda said: said.type == "error" and self.faults.append(said.text))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        if script:
            self.page.add_init_script(script)
        self.page.goto(url)

    def ready(self) -> "Screen":
        """Wait until the page shows the box."""
        self.wait(
            "globalThis.burnish?.box.online && burnish.store.params.size > 0 && document.querySelector('#view .view')"
        )
        return self

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true. (Playwright's own waiting needs `eval`, which the page forbids.)"""
        self._until(lambda: self.run(condition), condition)

    def _until(self, condition, what: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < end, f"{what} did not happen; the console said {self.faults}"
            self.page.wait_for_timeout(20)

    def run(self, expression: str, argument=None):
        """The value of a JavaScript expression or function."""
        return self.page.evaluate(expression, argument)

    def view(self, name: str) -> None:
        """Show a view."""
        self.page.click(f"[data-view={name}]")

    def value(self, id: str):
        """The value of a parameter as the page knows it."""
        return self.run("id => burnish.store.get(id)", id)

    def of_box(self, *ids: str) -> dict:
        """The values of parameters as the box reports them to a new request."""
        return self.run("async (paths) => (await burnish.box.request('get', { paths })).values", list(ids))

    def wait_value(self, id: str, value) -> None:
        """Wait until the page knows that value of a parameter."""
        self._until(lambda: self.value(id) == value, f"{id} = {value}")

    def drag(self, selector: str, dx: float, dy: float, steps: int = 8) -> None:
        """Drag the middle of an element by (dx, dy) pixels."""
        box = self.page.locator(selector).bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + dx, y + dy, steps=steps)
        self.page.mouse.up()

    def thread_s(self) -> float:
        """Seconds for which the main thread of the page has used a processor. Other programs on the computer do not change it."""
        if self._metrics is None:
            self._metrics = self.context.new_cdp_session(self.page)
            self._metrics.send("Performance.enable", {"timeDomain": "threadTicks"})
        metrics = {row["name"]: row["value"] for row in self._metrics.send("Performance.getMetrics")["metrics"]}
        return metrics["TaskDuration"]

    def close(self) -> None:
        """Close the page."""
        self.context.close()
