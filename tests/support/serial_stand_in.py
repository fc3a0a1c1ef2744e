"""A stand-in for `navigator.serial`: a browser's port object that is joined to a pseudo terminal through a helper socket.

The helper serves the exported page, as any web server would, and joins each WebSocket at /port to the pseudo terminal, byte for
byte. `SCRIPT` replaces `navigator.serial` before the page starts.
"""

import contextlib
import mimetypes
import os
import select
import socket
import threading
import tty
from pathlib import Path

from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Response
from websockets.sync.server import serve

SCRIPT = """(() => {
  const events = new EventTarget();
  const state = globalThis.stand_in = { plugged: true, opened: 0, socket: null };
  const port = {
    getInfo: () => ({ usbVendorId: 0x1209, usbProductId: 1 }),
    async open({ baudRate }) {
      if (!state.plugged) throw new DOMException("Failed to open serial port.", "NetworkError");
      if (!baudRate) throw new TypeError("baudRate is needed");
      const socket = state.socket = new WebSocket(`ws://${location.host}/port`);
      socket.binaryType = "arraybuffer";
      await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = reject; });
      state.opened += 1;
      let control;
      this.readable = new ReadableStream({ start(made) { control = made; }, cancel() { socket.close(); } });
      socket.onmessage = (event) => control.enqueue(new Uint8Array(event.data));
      socket.onclose = () => { try { control.error(new DOMException("The device has been lost.", "NetworkError")); } catch {} };
      this.writable = new WritableStream({ write(bytes) {
        if (socket.readyState !== WebSocket.OPEN) throw new DOMException("The device has been lost.", "NetworkError");
        socket.send(bytes);
      } });
    },
    async close() { state.socket?.close(); },
  };
  state.unplug = () => { state.plugged = false; state.socket?.close(); events.dispatchEvent(new Event("disconnect")); };
  state.plug = () => { state.plugged = true; events.dispatchEvent(new Event("connect")); };
  Object.defineProperty(navigator, "serial", { value: {
    requestPort: async () => port,
    getPorts: async () => (state.plugged && state.chosen ? [port] : []),
    addEventListener: (...args) => events.addEventListener(...args),
  } });
  const request = navigator.serial.requestPort;
  navigator.serial.requestPort = async (options) => {
    if (options.filters[0].usbVendorId !== 0x1209) throw new TypeError("wrong filter");
    state.chosen = true;
    return request();
  };
})();"""


class PortHelper:
    """Serves the files of `folder`, and joins pages to the pseudo terminal `port`. A context manager."""

    def __init__(self, folder: Path, port: str):
        self._folder, self._port = folder, port
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        self._server = serve(self._join, sock=listener, process_request=self._file, compression=None)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()

    def _file(self, _connection, request):
        if request.path == "/port":
            return None
        path = self._folder / (request.path.lstrip("/") or "index.html")
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        body = path.read_bytes()
        headers = Headers({"Content-Type": kind, "Content-Length": str(len(body)), "Connection": "close"})
        return Response(200, "OK", headers, body)

    def _join(self, page) -> None:
        line = os.open(self._port, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(line)
        stopping = threading.Event()

        def outward():
            with contextlib.suppress(ConnectionClosed, OSError):
                while not stopping.is_set():
                    if select.select([line], [], [], 0.05)[0]:
                        page.send(os.read(line, 65536))

        reader = threading.Thread(target=outward, daemon=True)
        reader.start()
        try:
            with contextlib.suppress(ConnectionClosed, OSError):
                for data in page:
                    os.write(line, data)
        finally:
            stopping.set()
            reader.join()
            os.close(line)
