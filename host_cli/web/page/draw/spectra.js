// Spectra: reads the spectra of the box while a view shows them, smooths them for the eye, and keeps a frozen reference.

import { redraw } from "../frames.js";

/** Shortest time between two requests in milliseconds, on a fast and on a slow link. */
const PERIOD_MS = [45, 1000];
/** Part of the distance to a lower level that is kept after one period: levels rise at once and fall slowly. */
const FALL = 0.8;
const FLOOR_DB = -120;

export class Spectra {
  count = 0;
  hz = new Float32Array(0);
  input = new Float32Array(0);
  output = new Float32Array(0);
  /** A frozen output spectrum to compare with, or null. */
  reference = null;
  /** Whether the spectra stand still. */
  frozen = false;

  #box;
  #viewers = new Set();
  #running = false;

  constructor(box) {
    this.#box = box;
    document.addEventListener("visibilitychange", () => this.#start());
    box.addEventListener("online", () => this.#start());
  }

  /** Call `draw` for each new spectrum until `stop(draw)`. */
  watch(draw) {
    this.#viewers.add(draw);
    this.#start();
  }

  stop(draw) {
    this.#viewers.delete(draw);
  }

  /** Keep the average output of the last seconds as the reference, or remove it. */
  async setReference(on) {
    this.reference = null;
    if (on) {
      const { output } = await this.#box.request("spectrum", { average: true });
      this.reference = levels(output, new Float32Array(this.count));
    }
    this.#tell();
  }

  get #wanted() {
    return this.#viewers.size > 0 && !document.hidden && this.#box.online && !this.frozen;
  }

  /** Let the spectra stand still, or move again. */
  freeze(on) {
    this.frozen = on;
    this.#start();
  }

  async #start() {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#wanted) {
        const began = performance.now();
        this.#take(await this.#box.request("spectrum"));
        const period = PERIOD_MS[this.#box.welcome?.link.bytes_per_s ? 1 : 0];
        await new Promise((resolve) => setTimeout(resolve, Math.max(5, period - (performance.now() - began))));
      }
    } catch {
      // the connection was lost; "online" starts this again
    }
    this.#running = false;
  }

  #take(spectrum) {
    const count = atob(spectrum.input).length;
    if (count !== this.count) {
      this.count = count;
      const octaves = Math.log2(spectrum.high_hz / spectrum.low_hz) / (count - 1);
      this.hz = Float32Array.from({ length: count }, (_, i) => spectrum.low_hz * 2 ** (octaves * i));
      this.input = new Float32Array(count).fill(FLOOR_DB);
      this.output = new Float32Array(count).fill(FLOOR_DB);
    }
    levels(spectrum.input, this.input, FALL);
    levels(spectrum.output, this.output, FALL);
    this.#tell();
  }

  #tell() {
    for (const draw of this.#viewers) redraw(draw);
  }
}

/** Levels in dB from base64 into `into` (docs/PROTOCOL.md, `spectrum`); falling levels keep the part `fall` of their distance. */
function levels(base64, into, fall = 0) {
  const bytes = atob(base64);
  for (let i = 0; i < bytes.length; i++) {
    const db = bytes.charCodeAt(i) / 2 + FLOOR_DB;
    into[i] = db >= into[i] || !fall ? db : db + fall * (into[i] - db);
  }
  return into;
}
