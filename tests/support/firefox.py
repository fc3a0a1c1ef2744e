"""Firefox, driven through WebDriver BiDi, which Firefox speaks itself: Playwright would need a changed Firefox."""

import itertools
import json
import re
import shutil
import subprocess
import time
from pathlib import Path

from websockets.sync.client import connect

from tests.support.patience import PATIENCE_S

WANTED = "Firefox is missing: run `sh tools/browser_setup.sh`"


def path() -> str | None:
    """The Firefox of this computer."""
    return shutil.which("firefox-esr") or shutil.which("firefox")


class Firefox:
    """A headless Firefox with an empty profile in `profile`, which shows `url`. A context manager. `faults`: what the console of the
    page reported as errors."""

    def __init__(self, profile: Path, url: str):
        self._profile, self._url = profile, url
        self._numbers = itertools.count(1)
        self.faults: list[str] = []

    def __enter__(self):
        command = [path(), "--headless", "--no-remote", "--profile", str(self._profile), "--remote-debugging-port=0"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        try:
            self._socket = self._connected()
            self._call("session.new", capabilities={})
            self._call("session.subscribe", events=["log.entryAdded"])
            self._context = self._call("browsingContext.getTree")["contexts"][0]["context"]
            self._call("browsingContext.navigate", context=self._context, url=self._url, wait="complete")
        except BaseException:
            self._process.kill()
            raise
        return self

    def __exit__(self, *_):
        self._socket.close()
        self._process.terminate()
        self._process.wait(PATIENCE_S)

    def _connected(self):
        for line in self._process.stdout:
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                return connect(f"{found[1]}/session", max_size=None, proxy=None).__enter__()
        raise AssertionError("Firefox ended before it could be driven")

    def _call(self, method: str, **params) -> dict:
        id = next(self._numbers)
        self._socket.send(json.dumps({"id": id, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv(timeout=PATIENCE_S))
            if message.get("method") == "log.entryAdded" and message["params"]["level"] == "error":
                self.faults.append(message["params"]["text"])
            if message.get("id") == id:
                assert message["type"] == "success", message
                return message["result"]

    def run(self, expression: str):
        """The value of a JavaScript expression."""
        target = {"context": self._context}
        whole = f"Promise.resolve({expression}).then(JSON.stringify)"
        answer = self._call("script.evaluate", expression=whole, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer
        text = answer["result"].get("value")
        return None if text is None else json.loads(text)

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(condition):
            assert time.monotonic() < end, f"{condition} did not happen; the console said {self.faults}"
            time.sleep(0.05)
