"""`burnish web`: its export, and what it says when it cannot start."""

import hashlib
import json
import re
import signal
import sys

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from host_cli.web.site import site
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_S

PAGE = ROOT / "host_cli" / "web" / "page"
#: The only source of others: uPlot 1.6.32 (npm), MIT licence.
UPLOT = {
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "uPlot.LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}


def test_the_export_is_the_whole_page(burnish, tmp_path):
    status, out, err = burnish("web", "--export", tmp_path / "page")
    assert status == 0, err
    assert "Chrome, Edge or Firefox" in out
    written = {str(path.relative_to(tmp_path / "page")) for path in (tmp_path / "page").rglob("*") if path.is_file()}
    assert written == set(site())
    assert {str(path.relative_to(PAGE)) for path in PAGE.rglob("*") if path.is_file()} <= written
    assert burnish("web", "--export", tmp_path / "page")[0] == 0, "an export can be renewed"


def test_the_export_replaces_no_other_files(burnish, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    status, _, err = burnish("web", "--export", tmp_path)
    assert status == 1
    assert "give a new or an empty folder" in err


def test_all_networks_at_once_are_refused(burnish):
    status, _, err = burnish("web", "--listen", "0.0.0.0")
    assert status == 2
    assert "give the address of one network" in err


def test_a_port_in_use_is_named(burnish, tty):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = burnish("web", "--no-open", "--port", port)
    assert status == 5
    assert f"port {port}" in err and "--port" in err


@pytest.mark.parametrize("shared", [False, True])
def test_ctrl_c_ends_the_command_while_a_page_is_open(process_at, tty, shared):
    """Also if another program holds the port."""
    from tests.host_cli.web.test_server import LINK_PATH

    holder = process_at(tty, "broker") if shared else None
    if holder:
        assert "sharing" in holder.stderr.readline()
    run = process_at(tty, "web", "--no-open")
    url, token = re.search(r"(127[^/]+)/#t=(\S+)", run.stdout.readline()).groups()
    with connect(f"ws://{url}{LINK_PATH}", origin=f"http://{url}", proxy=None) as page:
        page.send(token)
        page.send('{"id":"a-1","method":"hello","params":{"proto":[1]}}')
        assert "TEST0001" in page.recv(timeout=PATIENCE_S)
        run.send_signal(signal.SIGINT)
        assert run.wait(PATIENCE_S) == 130
        with pytest.raises(ConnectionClosed):
            page.recv(timeout=PATIENCE_S)


def test_without_websockets_the_command_says_what_to_install(burnish, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "websockets" or name == "host_cli.web.server"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("host_cli.web.server", raising=False)
    monkeypatch.setitem(sys.modules, "websockets.datastructures", None)
    status, _, err = burnish("web", "--no-open")
    assert status == 1
    assert "pip install 'burnish[web]'" in err


def test_every_import_of_the_page_exists():
    for name, file in site().items():
        if not name.endswith(".js") or name.startswith("vendor/"):
            continue
        for found in re.findall(r'^import .*?from "(.+?)";', file.data.decode(), re.M):
            path = (PAGE / name).parent / found
            assert path.is_file(), f"{name} imports {found}"


def test_the_page_never_sets_markup():
    for path in PAGE.rglob("*.js"):
        if path.parent.name == "vendor":
            continue
        found = re.findall(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
        )
        assert not found, f"{path.name}: {found}"


def test_the_vendored_library_is_unchanged():
    for name, digest in UPLOT.items():
        assert hashlib.sha256((PAGE / "vendor" / name).read_bytes()).hexdigest() == digest
    assert {path.name for path in (PAGE / "vendor").iterdir()} == set(UPLOT)


def test_services_are_those_of_the_tool():
    from host_cli.records.targets import services

    rows = json.loads(site()["services.json"].data)
    assert [row["id"] for row in rows] == list(services())


def test_a_reference_is_not_exported_and_a_wrong_file_is_refused(burnish, tty, tmp_path):
    status, _, err = burnish("web", "--export", tmp_path / "page", "--reference", tmp_path / "none.wav")
    assert status == 2 and "leave out --export or --reference" in err
    status, _, err = burnish("web", "--no-open", "--reference", tmp_path / "none.wav")
    assert status == 1 and "none.wav" in err
