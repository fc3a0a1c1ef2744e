// Curves: the response of a section of the chain, computed by the box with the code that makes the sound (method `curve`).

import { redraw } from "../frames.js";

const POINTS = 240;

export class Curves {
  /** The newest answer, or null: {hz, db, bands: [{index, db}]} or {in_db, out_db, bands}. */
  curve = null;

  #box;
  #store;
  #section;
  #draw;
  #wanted = false;
  #busy = false;
  #missing = false;
  #active = false;

  /** Curve of `section` ("eq", "multiband", "limiter", "saturator"), which depends on the parameters that begin with its name. */
  constructor(box, store, section, draw) {
    this.#box = box;
    this.#store = store;
    this.#section = section;
    this.#draw = draw;
    store.addEventListener("value", (event) => event.detail.startsWith(`${section}.`) && this.refresh());
    store.addEventListener("ready", () => {
      this.#missing = false;
      this.refresh();
    });
  }

  /** Whether the curve is shown at the moment. */
  active(on) {
    this.#active = on;
    if (on) this.refresh();
  }

  /** Read the curve again, at most one request at a time. */
  async refresh() {
    this.#wanted = true;
    if (this.#busy || this.#missing || !this.#active) return;
    this.#busy = true;
    while (this.#wanted && this.#box.online && !this.#missing) {
      this.#wanted = false;
      try {
        this.curve = await this.#box.request("curve", { section: this.#section, points: POINTS });
        redraw(this.#draw);
      } catch (error) {
        this.#missing = error.name === "unknown_method"; // an older box
      }
    }
    this.#busy = false;
  }
}
