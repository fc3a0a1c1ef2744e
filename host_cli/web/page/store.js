// Store: the parameters of the box and their values. Every widget reads and changes values only through it.
//
// A change is shown at once and sent in the background: at most one `set` is on its way, and the newest values follow it. What the
// box reports is never sent back, so two clients cannot make each other move without end. A value that the user holds is not
// moved by reports; the last report is applied when it is released.

export class Store extends EventTarget {
  /** Descriptions of the parameters by id (docs/PROTOCOL.md, `describe`). */
  params = new Map();
  values = new Map();
  /** State of the box: preset, edited, bypass, mute, ab. */
  state = {};
  info = {};
  counters = {};

  #box;
  #digest = "";
  #wanted = new Map();
  #sending = new Set();
  #acknowledged = new Map();
  #held = new Set();
  #missed = new Map();
  #listeners = new Map();
  #busy = false;
  #stateTimer = null;

  constructor(box) {
    super();
    this.#box = box;
    box.addEventListener("online", () => this.#load());
    box.addEventListener("changed", (event) => this.#reported(event.detail));
  }

  get(id) {
    return this.values.get(id);
  }

  param(id) {
    return this.params.get(id);
  }

  /** Call `listener()` whenever one of `ids` has changed. Returns a function that ends this. */
  listen(ids, listener) {
    for (const id of ids) {
      if (!this.#listeners.has(id)) this.#listeners.set(id, new Set());
      this.#listeners.get(id).add(listener);
    }
    return () => ids.forEach((id) => this.#listeners.get(id)?.delete(listener));
  }

  /** Set parameters: {id: value}. Numbers are limited to their range and rounded to their step. */
  set(changes) {
    for (const [id, value] of Object.entries(changes)) {
      const plain = this.#plain(id, value);
      if (plain === this.values.get(id) && !this.#wanted.has(id)) continue;
      this.#wanted.set(id, plain);
      this.#show(id, plain);
    }
    this.#flush();
  }

  /** Keep reports from moving `ids` while the user holds them. */
  hold(ids) {
    for (const id of ids) this.#held.add(id);
  }

  release(ids) {
    for (const id of ids) {
      this.#held.delete(id);
      if (this.#missed.has(id) && !this.#wanted.has(id) && !this.#sending.has(id)) {
        const { value, rev } = this.#missed.get(id);
        if (rev > (this.#acknowledged.get(id) ?? 0)) this.#show(id, value);
      }
      this.#missed.delete(id);
    }
  }

  /** Send a request that changes the box as a whole, for example "undo". Shows a refusal as a message. */
  async act(method, params = {}) {
    try {
      return await this.#box.request(method, params);
    } catch (error) {
      this.say(error.message, true);
      return null;
    } finally {
      this.#refreshState();
    }
  }

  /** Show a message to the user. */
  say(text, failed = false) {
    this.dispatchEvent(new CustomEvent("message", { detail: { text, failed } }));
  }

  #plain(id, value) {
    const param = this.params.get(id);
    if (!param || typeof value !== "number") return value;
    const limited = Math.min(Math.max(value, param.low), this.highest(id));
    const decimals = Math.max(0, -Math.floor(Math.log10(param.step) + 1e-9));
    return Number(limited.toFixed(decimals));
  }

  /** The highest value at the present sampling rate. */
  highest(id) {
    const param = this.params.get(id);
    return /^eq\.b\d\.freq_hz$/.test(id) ? Math.min(param.high, 0.45 * (this.info.rate_hz ?? 48000)) : param.high;
  }

  #show(id, value) {
    if (this.values.get(id) === value) return;
    this.values.set(id, value);
    for (const listener of this.#listeners.get(id) ?? []) listener();
    this.dispatchEvent(new CustomEvent("value", { detail: id }));
  }

  async #flush() {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#wanted.size) {
      const values = Object.fromEntries(this.#wanted);
      this.#sending = new Set(this.#wanted.keys());
      this.#wanted.clear();
      try {
        const change = await this.#box.request("set", { values });
        for (const [id, value] of Object.entries(change.new)) {
          this.#acknowledged.set(id, change.rev);
          if (!this.#wanted.has(id) && !this.#held.has(id)) this.#show(id, value);
        }
      } catch (error) {
        this.say(error.message, true);
        this.#sending.clear();
        if (this.#box.online) await this.#reread(Object.keys(values));
      }
      this.#sending.clear();
    }
    this.#busy = false;
    this.#refreshState();
  }

  async #reread(paths) {
    try {
      const { values } = await this.#box.request("get", { paths });
      for (const [id, value] of Object.entries(values)) if (!this.#wanted.has(id)) this.#show(id, value);
    } catch {
      // the connection is lost: everything is read again when it is back
    }
  }

  #reported({ values, rev }) {
    for (const [id, value] of Object.entries(values)) {
      if (this.#wanted.has(id) || this.#sending.has(id) || rev <= (this.#acknowledged.get(id) ?? 0)) continue;
      if (this.#held.has(id)) this.#missed.set(id, { value, rev });
      else this.#show(id, value);
    }
    this.#refreshState();
    if (!Object.keys(values).length) this.dispatchEvent(new Event("library"));
  }

  async #load() {
    try {
      if (this.#digest !== this.#box.welcome.params) {
        const rows = [];
        await this.#box.pages("describe", {}, (page) => rows.push(...page.params));
        this.params = new Map(rows.map((row) => [row.id, row]));
        this.#digest = this.#box.welcome.params;
      }
      this.#acknowledged.clear(); // a box that was restarted counts its revisions anew
      await this.#box.pages("get", { paths: [] }, (page) => {
        for (const [id, value] of Object.entries(page.values)) if (!this.#wanted.has(id)) this.#show(id, value);
      });
      await this.readState();
      this.dispatchEvent(new Event("ready"));
    } catch (error) {
      this.say(error.message, true);
    }
  }

  /** Read state, facts and counters. */
  async readState() {
    const { info, counters, state } = await this.#box.request("info");
    const renamed = state.preset !== this.state.preset || state.ab !== this.state.ab;
    Object.assign(this, { info, counters, state });
    this.dispatchEvent(new Event("state"));
    if (renamed) this.dispatchEvent(new Event("library"));
  }

  #refreshState() {
    clearTimeout(this.#stateTimer);
    this.#stateTimer = setTimeout(() => this.#box.online && this.readState().catch(() => {}), 60);
  }
}
