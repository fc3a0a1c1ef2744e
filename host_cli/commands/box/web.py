"""`burnish web`: the box in a browser."""

import threading
import webbrowser
from pathlib import Path

import click

from host_cli.cli import Context, cli, pass_context
from host_cli.errors import OTHER, USAGE, CliFail

#: Addresses that stand for all networks of the computer.
_EVERYWHERE = ("0.0.0.0", "::", "")


@cli.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, help="port of the web server; the default is any free port"
)
@click.option("--listen", "address", default="127.0.0.1", metavar="ADDRESS",
              help="address of one of this computer's networks, so that other devices (a tablet) can open the page")  # fmt: skip
@click.option("--no-open", is_flag=True, help="print the address without opening a browser")
@click.option("--export", "folder", type=click.Path(path_type=Path), metavar="FOLDER",
              help="write the page into FOLDER for any web server, and end")  # fmt: skip
@click.option("--reference", type=click.Path(path_type=Path), metavar="FILE",
              help="recording whose spectrum the EQ view draws behind those of the box")  # fmt: skip
@pass_context
def web(context: Context, port, address, no_open, folder, reference):
    """Show and control the box in a browser, until Ctrl-C.

    Needs an extra package: pip install 'burnish[web]'. The exported page needs nothing: Chrome, Edge and new versions of
    Firefox connect it to the box over the USB cable.
    """
    if folder is not None and reference is not None:
        raise CliFail("--reference is not part of an exported page: leave out --export or --reference", USAGE)
    if folder is not None:
        from host_cli.web import export_page

        written = export_page(folder)
        text = f"wrote {len(written)} files into {folder}; offer the folder with any web server, and open it in Chrome, Edge or Firefox"
        context.out("web", {"url": None, "folder": str(folder)}, text)
        return
    if address in _EVERYWHERE:
        raise CliFail(
            f"--listen cannot be {address!r}: give the address of one network, for example 192.168.1.20", USAGE
        )
    try:
        from host_cli.web import WebServer
    except ModuleNotFoundError as why:
        if (why.name or "").split(".")[0] != "websockets":
            raise
        raise CliFail(
            "web needs the package websockets: run pip install 'burnish[web]', or use `burnish monitor`", OTHER
        ) from None
    from host_cli.assistant import read_reference
    from host_cli.box import Sharing

    song = read_reference(reference) if reference else None
    with Sharing(context.device, context.timeout_s) as sharing:
        sharing.connect().close()  # a box that cannot be found is reported here, not in the browser
        with WebServer(sharing, address, port, song) as server:
            context.out("web", {"url": server.url, "folder": None}, f"the box is at {server.url}")
            if address != "127.0.0.1":
                context.note(
                    "everyone in this network who knows this address can control the box; the connection is not encrypted"
                )
            if not no_open:
                webbrowser.open(server.url)
            context.note("press Ctrl-C to stop")
            threading.Event().wait()
