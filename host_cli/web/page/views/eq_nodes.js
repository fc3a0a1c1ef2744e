// The nodes of the EQ's bands: elements over the graph, so that pointer, touch, keyboard and screen readers reach them.
//
// Drag: frequency and gain (Q for cuts and notches); wheel: Q; double click on a node: gain 0; double click beside the nodes: new band.

import { el } from "../dom.js";
import { hzText, valueText, words } from "../format.js";
import { drag, nudged, wheelSteps } from "../widgets/knob.js";

export const EQ_BANDS = 8;
/** Types whose gain has no effect. */
const GAINLESS = new Set(["low_cut", "high_cut", "notch"]);
const FINE = 0.15;

export class EqNodes {
  constructor(store, plot, frequency, gain, select) {
    Object.assign(this, { store, plot, frequency, gain, onSelect: select, selected: 1 });
    this.nodes = Array.from({ length: EQ_BANDS }, (_, i) => this.#node(i + 1));
    this.root = el("div", { class: "nodes", role: "group", "aria-label": "Bands of the EQ" }, this.nodes);
    this.root.addEventListener("dblclick", (event) => event.target === this.root && this.#create(event));
    new ResizeObserver(() => this.place()).observe(this.root);
  }

  /** Whether a band follows the level, so that the graph must be drawn with the meters. */
  anyDynamic() {
    for (let n = 1; n <= EQ_BANDS; n++) if (this.#get(n, "dynamic") && this.#get(n, "enabled")) return true;
    return false;
  }

  /** Whether a band is on. */
  any() {
    return this.nodes.some((_, i) => this.#get(i + 1, "enabled"));
  }

  select(n) {
    this.selected = n;
    this.place();
  }

  /** Put every node where its values are. */
  place() {
    this.nodes.forEach((node, i) => this.#place(node, i + 1));
  }

  #get(n, name) {
    return this.store.get(`eq.b${n}.${name}`);
  }

  #place(node, n) {
    const type = this.#get(n, "type");
    const gainless = GAINLESS.has(type);
    const db = this.#get(n, "gain_db");
    const y = Math.min(Math.max(this.gain.y(gainless ? 0 : db), 8), this.plot.height - 8);
    node.style.transform = `translate(${this.frequency.x(this.#get(n, "freq_hz")).toFixed(1)}px, ${y.toFixed(1)}px)`;
    node.hidden = !this.#get(n, "enabled");
    node.classList.toggle("selected", n === this.selected);
    const q = this.#get(n, "q");
    const text = [hzText(this.#get(n, "freq_hz")), gainless ? null : valueText(this.store.param(`eq.b${n}.gain_db`), db), `Q ${q.toFixed(2)}`];
    node.setAttribute("aria-label", `Band ${n}, ${words(type)}`);
    node.setAttribute("aria-valuenow", gainless ? q : db);
    node.setAttribute("aria-valuetext", text.filter(Boolean).join(", "));
    node.title = text.filter(Boolean).join(" · ");
  }

  #node(n) {
    const { store } = this;
    const id = (name) => `eq.b${n}.${name}`;
    const node = el("div", { class: "node", role: "slider", tabindex: 0, "data-band": n, "aria-roledescription": "band", "aria-valuemin": store.param(id("gain_db")).low, "aria-valuemax": store.param(id("gain_db")).high }, String(n));
    node.style.setProperty("--colour", `var(--band-${n})`);
    node.addEventListener("focus", () => this.onSelect(n));
    node.addEventListener("dblclick", () => store.set({ [id("gain_db")]: 0 }));
    node.addEventListener("keydown", (event) => this.#key(event, id));
    node.addEventListener("wheel", (event) => {
      event.preventDefault();
      store.set({ [id("q")]: nudged(store, id("q"), wheelSteps(event) * 2, event.shiftKey) });
    }, { passive: false }); // prettier-ignore
    drag(node, store, [id("freq_hz"), id("gain_db"), id("q")], (event, held) => this.#move(event, held, id), (_event, held) => {
      Object.assign(held, { hz: store.get(id("freq_hz")), db: store.get(id("gain_db")), q: store.get(id("q")) });
      node.focus({ preventScroll: true });
    });
    for (const name of ["enabled", "type", "freq_hz", "gain_db", "q"]) store.listen([id(name)], () => this.#place(node, n));
    return node;
  }

  #move(event, held, id) {
    const part = event.shiftKey ? FINE : 1;
    const { frequency, gain, plot, store } = this;
    held.hz = frequency.hz(frequency.x(held.hz) + part * event.movementX);
    const changes = { [id("freq_hz")]: held.hz };
    if (event.altKey || GAINLESS.has(store.get(id("type")))) {
      held.q *= 2 ** ((-part * event.movementY) / 60);
      changes[id("q")] = held.q;
    } else {
      held.db -= (part * event.movementY * (gain.top - gain.bottom)) / plot.height;
      changes[id("gain_db")] = held.db;
    }
    store.set(changes);
  }

  #key(event, id) {
    const { store } = this;
    const change = (name, steps) => store.set({ [id(name)]: nudged(store, id(name), steps, event.shiftKey) });
    const gainless = GAINLESS.has(store.get(id("type")));
    if (event.key === "ArrowRight") change("freq_hz", 1);
    else if (event.key === "ArrowLeft") change("freq_hz", -1);
    else if (event.key === "ArrowUp") change(gainless ? "q" : "gain_db", 1);
    else if (event.key === "ArrowDown") change(gainless ? "q" : "gain_db", -1);
    else if (event.key === "PageUp") change("q", 1);
    else if (event.key === "PageDown") change("q", -1);
    else if (event.key === "Delete") store.set({ [id("enabled")]: false });
    else return;
    event.preventDefault();
  }

  /** A new band at the place of a double click: the first band that is off. */
  #create(event) {
    const box = this.root.getBoundingClientRect();
    for (let n = 1; n <= EQ_BANDS; n++) {
      if (this.#get(n, "enabled")) continue;
      const db = this.gain.db(event.clientY - box.top);
      this.store.set({ [`eq.b${n}.type`]: "bell", [`eq.b${n}.freq_hz`]: this.frequency.hz(event.clientX - box.left), [`eq.b${n}.gain_db`]: db, [`eq.b${n}.q`]: 1, [`eq.b${n}.enabled`]: true });
      this.onSelect(n);
      return;
    }
    this.store.say("all eight bands are in use: switch one off first", true);
  }
}
