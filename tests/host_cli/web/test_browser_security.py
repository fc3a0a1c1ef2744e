"""What a stranger's page or a stranger's preset can do in a real browser: nothing."""

import functools
import http.server
import threading

import pytest

from host_cli.box import open_box
from tests.support.browser import Screen
from tests.support.patience import wait_until

pytestmark = pytest.mark.browser

NOTES = '</textarea><script>globalThis.hit=1</script><img src=x onerror="globalThis.hit=1">'


@pytest.fixture
def stranger(chromium, tmp_path):
    """A page of another origin."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    (tmp_path / "index.html").write_text("<!doctype html><title>stranger</title>")
    handler = functools.partial(Quiet, directory=tmp_path)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        shown = Screen(chromium, f"http://127.0.0.1:{server.server_port}/")
        yield shown
        shown.close()
        server.shutdown()


def opened(stranger, url: str, first: str) -> list:
    """What happens to a WebSocket that another page opens: ["open" or not, close code]."""
    return stranger.run(
        """([url, first]) => new Promise((resolve) => {
            const seen = [];
            const socket = new WebSocket(url);
            socket.onopen = () => { seen.push("open"); socket.send(first); };
            socket.onmessage = () => seen.push("message");
            socket.onclose = (event) => resolve([...seen, event.code]);
        })""",
        [url, first],
    )


def test_a_page_of_another_origin_cannot_connect_even_with_the_token(stranger, web):
    assert opened(stranger, f"ws://127.0.0.1:{web.port}/link", web.token) == [1006]
    assert opened(stranger, f"ws://localhost:{web.port}/link", web.token) == [1006]


def test_a_page_of_another_origin_cannot_read_or_frame_the_page(stranger, web):
    fetched = "url => fetch(url).then((answer) => answer.text()).catch((error) => error.name)"
    assert stranger.run(fetched, f"http://127.0.0.1:{web.port}/") == "TypeError"
    assert stranger.run(fetched, f"http://127.0.0.1:{web.port}/services.json") == "TypeError"
    stranger.run(
        """url => new Promise((resolve) => {
            const frame = document.createElement("iframe");
            frame.onload = resolve;
            frame.src = url;
            document.body.append(frame);
        })""",
        f"http://127.0.0.1:{web.port}/",
    )
    assert stranger.run("() => { try { return frames[0].document?.title ?? null } catch { return null } }") is None


def test_a_script_of_the_page_is_not_run_by_a_stranger(stranger, web):
    loaded = stranger.run(
        """url => new Promise((resolve) => {
            const script = document.createElement("script");
            script.src = url;
            script.onload = () => resolve(true);
            script.onerror = () => resolve(false);
            document.body.append(script);
        })""",
        f"http://127.0.0.1:{web.port}/main.js",
    )
    assert loaded is False


def test_a_wrong_token_shows_no_box(chromium, web):
    screen = Screen(chromium, web.url.split("#")[0] + "#t=wrong")
    screen.wait("document.querySelector('.connect')?.textContent.includes('wrong token')")
    assert screen.run("burnish.box.welcome") is None
    screen.close()


def test_the_token_leaves_the_address_and_survives_a_reload(chromium, web):
    screen = Screen(chromium, web.url).ready()
    assert web.token not in screen.run("location.href")
    assert screen.run("document.cookie") == ""
    screen.page.reload()
    screen.ready()
    screen.close()


def test_ten_megabytes_of_junk_close_only_their_socket(screen, web):
    ended = screen.run(
        """token => new Promise((resolve) => {
            const socket = new WebSocket(new URL("link", location.href).href.replace("http", "ws"));
            socket.onopen = () => { socket.send(token); socket.send("x".repeat(10_000_000)); };
            socket.onclose = (event) => resolve(event.code);
        })""",
        web.token,
    )
    assert ended in (1006, 1009)  # closed while it still sends, or too large
    assert screen.run("async () => (await burnish.box.request('info')).state.ab") in ("a", "b")
    assert screen.run("burnish.box.counts.connections") == 1


@pytest.mark.parametrize("markup", ["<img src=x onerror=hit=1>", "<script>hit=1</script>", "‮<b onclick=hit=1>‭"])
def test_a_preset_with_markup_is_shown_as_text(screen, playing, markup):
    with open_box_through(playing) as box:
        saved = box.save(markup, overwrite=True)
        text = box.pull(saved.name).decode()
        notes = NOTES.replace('"', '\\"')
        box.push("x.toml", text.replace("[meta]", f'[meta]\nnotes = "{notes}"\ntags = ["{notes[:30]}"]').encode(), True)
        box.load(saved.name)
    screen.view("presets")
    screen.wait(
        "[...document.querySelectorAll('.library li')].some((row) => /onerror|script|onclick/.test(row.dataset.name))"
    )
    screen.page.locator(".library li", has_text="hit=1").first.click()
    screen.wait("document.querySelector('textarea').value.includes('onerror')")
    wait_until(
        lambda: "hit=1" in screen.run("document.querySelector('header .preset').textContent"), "the name in the header"
    )
    screen.page.locator(".library li", has_text="hit=1").first.hover()
    screen.page.wait_for_timeout(200)
    assert (
        screen.run("document.querySelectorAll('#view img, header img, #view script, header script, #view b').length")
        == 0
    )
    assert screen.run("globalThis.hit") is None
    assert "‮" not in screen.run("document.body.textContent")
    screen.page.click(".detail button:text-is('Delete')")
    assert screen.run("document.querySelectorAll('dialog img, dialog script, dialog b').length") == 0
    screen.page.click("dialog .main")


def open_box_through(playing):
    return open_box(str(playing.tty), 20.0)
