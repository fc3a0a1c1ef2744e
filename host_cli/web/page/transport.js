// The two ways to a box: its USB cable (Web Serial), and the bridge of `burnish web` (WebSocket). Both carry the same messages.
//
// A transport has `open()`, `send(message)`, `close()`, and calls `onMessage(object)` and `onClose(reason)`.

import { asciiJson, crc32 } from "./crc.js";

/** USB vendor id of the box. */
const USB_VENDOR = 0x1209;
/** Longest line that is kept while its end has not arrived. */
const LONGEST_LINE = 1 << 17;
/** Longest wait for a connection in milliseconds. */
const OPEN_MS = 5000;

/** Through the bridge: one message for each WebSocket message, without checksums. The token comes from the page's address. */
export class SocketTransport {
  name = "burnish web";
  onMessage = () => {};
  onClose = () => {};

  constructor(url, token) {
    this.url = url;
    this.token = token;
  }

  open() {
    return new Promise((resolve, reject) => {
      const socket = (this.socket = new WebSocket(this.url));
      const timer = setTimeout(() => socket.close(), OPEN_MS);
      socket.onopen = () => {
        clearTimeout(timer);
        socket.send(this.token);
        resolve();
      };
      socket.onmessage = (event) => this.onMessage(JSON.parse(event.data));
      socket.onclose = (event) => {
        clearTimeout(timer);
        const reason = event.reason || "burnish web does not answer: start it again";
        reject(new Error(reason));
        this.onClose(reason);
      };
    });
  }

  send(message) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(asciiJson(message));
  }

  close() {
    this.socket?.close();
  }
}

/** Through the cable: lines with checksums. Damaged lines are counted and left out. */
export class SerialTransport {
  name = "USB cable";
  onMessage = () => {};
  onClose = () => {};
  damagedLines = 0;

  constructor(port) {
    this.port = port;
    this.buffer = "";
    this.closed = false;
  }

  /** Ask the user for the port of a box. Needs a click. */
  static async choose() {
    return new SerialTransport(await navigator.serial.requestPort({ filters: [{ usbVendorId: USB_VENDOR }] }));
  }

  /** A box that the user has chosen before, or null. */
  static async known() {
    const ports = await navigator.serial.getPorts();
    const box = ports.find((port) => port.getInfo().usbVendorId === USB_VENDOR);
    return box ? new SerialTransport(box) : null;
  }

  async open() {
    await this.port.open({ baudRate: 115200, bufferSize: 65536 });
    this.writer = this.port.writable.getWriter();
    this.encoder = new TextEncoder();
    this.write("\n"); // ends an incomplete line that may be left on the line
    this.read();
  }

  async read() {
    const decoder = new TextDecoder();
    let reason = "the box was disconnected";
    try {
      this.reader = this.port.readable.getReader();
      for (;;) {
        const { value, done } = await this.reader.read();
        if (done) break;
        this.take(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      reason = `the box was disconnected (${error.message})`;
    }
    await this.end(reason);
  }

  take(text) {
    const lines = (this.buffer + text).split("\n");
    this.buffer = lines.pop();
    if (this.buffer.length > LONGEST_LINE) this.buffer = "";
    for (const line of lines) {
      const match = /^(.+) \*([0-9a-f]{8})\r?$/.exec(line);
      if (match && crc32(match[1]) === match[2]) this.onMessage(JSON.parse(match[1]));
      else if (line.trim()) this.damagedLines += 1;
    }
  }

  write(text) {
    this.writer.write(this.encoder.encode(text)).catch((error) => this.end(`the box was disconnected (${error.message})`));
  }

  send(message) {
    if (this.closed) return;
    const json = asciiJson(message);
    this.write(`${json} *${crc32(json)}\n`);
  }

  async end(reason) {
    if (this.closed) return;
    this.closed = true;
    try {
      this.reader?.releaseLock();
      this.writer?.releaseLock();
      await this.port.close();
    } catch {
      // an unplugged port cannot be closed
    }
    this.onClose(reason);
  }

  async close() {
    try {
      await this.reader?.cancel(); // ends `read`
    } catch {
      await this.end("closed");
    }
  }
}
