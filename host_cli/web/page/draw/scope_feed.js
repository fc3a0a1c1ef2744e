// Reads the vectorscope of the box while a view shows it: samples of the output, and how left and right relate by frequency.

import { redraw } from "../frames.js";

/** Shortest time between two requests in milliseconds, on a fast and on a slow link. */
const PERIOD_MS = [50, 2000];

export class ScopeFeed {
  /** Pairs of left and right from -127 to 127 of `peak` (full scale is 1), the newest last; null before the first answer. */
  points = null;
  peak = 0;
  /** Signed bytes per band of the spectrum (docs/PROTOCOL.md, `scope`). */
  cross = null;
  lean = null;
  /** False if the box is too old for it. */
  possible = true;

  #box;
  #draw;
  #active = false;
  #running = false;

  constructor(box, draw) {
    this.#box = box;
    this.#draw = draw;
    box.addEventListener("online", () => this.#run());
    document.addEventListener("visibilitychange", () => this.#run());
  }

  /** Whether the scope is shown at the moment. */
  active(on) {
    this.#active = on;
    this.#run();
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    try {
      while (this.#active && this.#box.online && !document.hidden) {
        this.possible = this.#box.welcome.caps.includes("scope");
        if (!this.possible) break;
        const began = performance.now();
        const { peak, points, cross, lean } = await this.#box.request("scope");
        Object.assign(this, { peak, points: signed(points), cross: signed(cross), lean: signed(lean) });
        redraw(this.#draw);
        const period = PERIOD_MS[this.#box.welcome?.link.bytes_per_s ? 1 : 0];
        await new Promise((resolve) => setTimeout(resolve, Math.max(5, period - (performance.now() - began))));
      }
    } catch {
      // the connection was lost; "online" starts this again
    }
    this.#running = false;
  }

  /** The correlation of left and right from `low` to `high` Hz, from the levels `db` of the bands at `hz`; null in silence. */
  correlation(hz, db, low, high) {
    if (this.cross?.length !== hz.length) return null;
    let [power, cross, lean] = [0, 0, 0];
    for (let i = 0; i < hz.length; i++) {
      if (hz[i] < low || hz[i] >= high || db[i] <= -120) continue;
      const part = 10 ** (db[i] / 10);
      power += part;
      cross += (part * this.cross[i]) / 127;
      lean += (part * this.lean[i]) / 127;
    }
    const both = power ** 2 - lean ** 2;
    return both > 1e-9 * power ** 2 && power > 1e-9 ? Math.max(-1, Math.min(1, cross / Math.sqrt(both))) : null;
  }
}

function signed(base64) {
  const text = atob(base64);
  const bytes = new Int8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
