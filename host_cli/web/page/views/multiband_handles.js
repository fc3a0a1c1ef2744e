// The handles on the graph of the multiband compressor: crossovers (left and right) and thresholds (up and down).

import { el } from "../dom.js";
import { hzText, valueText } from "../format.js";
import { drag, sliderKey } from "../widgets/knob.js";

const BANDS = 5;
const FINE = 0.2;

/** The ids of the crossovers in use, from the lowest to the highest frequency. */
export function sorted(store) {
  const ids = Array.from({ length: Number(store.get("multiband.bands")) - 1 }, (_, i) => `multiband.x${i + 1}_hz`);
  return ids.sort((a, b) => store.get(a) - store.get(b));
}

export class MultibandHandles {
  constructor(store, plot, frequency, level, select) {
    Object.assign(this, { store, plot, frequency, level, onSelect: select, selected: 1 });
    this.crossovers = Array.from({ length: BANDS - 1 }, (_, i) => this.#crossover(`multiband.x${i + 1}_hz`, i + 1));
    this.thresholds = Array.from({ length: BANDS }, (_, i) => this.#threshold(i + 1));
    this.root = el("div", { class: "nodes", role: "group", "aria-label": "Crossovers and thresholds" }, this.crossovers, this.thresholds);
    this.root.addEventListener("pointerdown", (event) => event.target === this.root && this.#choose(event));
    new ResizeObserver(() => this.place()).observe(this.root);
  }

  select(n) {
    this.selected = n;
    this.thresholds.forEach((handle, i) => handle.classList.toggle("selected", i + 1 === n));
  }

  /** Put every handle where its value is. */
  place() {
    const { frequency, level, plot, store } = this;
    const used = sorted(store);
    this.crossovers.forEach((handle) => {
      const id = handle.dataset.id;
      handle.hidden = !used.includes(id);
      handle.style.transform = `translateX(${frequency.x(store.get(id)).toFixed(1)}px)`;
      slider(handle, store, id, hzText(store.get(id)));
    });
    const edges = [frequency.low, ...used.map((id) => store.get(id)), frequency.high];
    this.thresholds.forEach((handle, i) => {
      handle.hidden = i + 1 >= edges.length;
      if (handle.hidden) return;
      const id = handle.dataset.id;
      const x = (frequency.x(edges[i]) + frequency.x(edges[i + 1])) / 2;
      const y = Math.min(Math.max(level.y(store.get(id)), 8), plot.height - 8);
      handle.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      slider(handle, store, id, valueText(store.param(id), store.get(id)));
    });
  }

  #crossover(id, n) {
    const { store } = this;
    const handle = el("div", { class: "crossover", role: "slider", tabindex: 0, "data-id": id, "aria-label": `Crossover ${n}` });
    handle.addEventListener("keydown", (event) => sliderKey(store, id, event));
    handle.addEventListener("dblclick", () => store.set({ [id]: store.param(id).default }));
    drag(handle, store, [id], (event, held) => {
      held.hz ??= store.get(id);
      held.hz = this.frequency.hz(this.frequency.x(held.hz) + (event.shiftKey ? FINE : 1) * event.movementX);
      store.set({ [id]: this.#between(id, held.hz) });
    });
    store.listen([id, "multiband.bands"], () => this.place());
    return handle;
  }

  /** A frequency for a crossover that stays between its neighbours, so that no band becomes empty. */
  #between(id, hz) {
    const used = sorted(this.store);
    const at = used.indexOf(id);
    const low = at > 0 ? this.store.get(used[at - 1]) * 1.06 : 0;
    const high = at < used.length - 1 ? this.store.get(used[at + 1]) / 1.06 : Infinity;
    return Math.min(Math.max(hz, low), high);
  }

  #threshold(n) {
    const { store } = this;
    const id = `multiband.b${n}.threshold_db`;
    const handle = el("div", { class: "node", role: "slider", tabindex: 0, "data-id": id, "data-band": n, "aria-label": `Threshold of band ${n}` }, String(n));
    handle.style.setProperty("--colour", `var(--band-${Math.min(2 * n - 1, 8)})`);
    handle.addEventListener("focus", () => this.onSelect(n));
    handle.addEventListener("keydown", (event) => sliderKey(store, id, event));
    handle.addEventListener("dblclick", () => store.set({ [id]: store.param(id).default }));
    const move = (event, held) => {
      held.db ??= store.get(id);
      held.db -= ((event.shiftKey ? FINE : 1) * event.movementY * (this.level.top - this.level.bottom)) / this.plot.height;
      store.set({ [id]: held.db });
    };
    drag(handle, store, [id], move, () => handle.focus({ preventScroll: true }));
    store.listen([id], () => this.place());
    return handle;
  }

  /** Select the band at the place of a press. */
  #choose(event) {
    const hz = this.frequency.hz(event.clientX - this.root.getBoundingClientRect().left);
    this.onSelect(1 + sorted(this.store).filter((id) => this.store.get(id) < hz).length);
  }
}

function slider(handle, store, id, text) {
  const param = store.param(id);
  handle.setAttribute("aria-valuemin", param.low);
  handle.setAttribute("aria-valuemax", param.high);
  handle.setAttribute("aria-valuenow", store.get(id));
  handle.setAttribute("aria-valuetext", text);
  handle.title = text;
}
