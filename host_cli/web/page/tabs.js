// The views of the page as tabs. A view is built when it is shown first, and it draws only while it is visible.

import { el } from "./dom.js";
import { eqView } from "./views/eq.js";
import { healthView } from "./views/health.js";
import { limiterView } from "./views/limiter.js";
import { loudnessView } from "./views/loudness.js";
import { multibandView } from "./views/multiband.js";
import { outputView } from "./views/output.js";
import { presetsView } from "./views/presets.js";
import { stereoView } from "./views/stereo.js";

/** Name, title, and the function that builds the view: it returns {root, show(), hide()}. */
const VIEWS = [
  ["eq", "EQ", eqView],
  ["multiband", "Multiband", multibandView],
  ["stereo", "Stereo", stereoView],
  ["output", "Output", outputView],
  ["limiter", "Limiter", limiterView],
  ["loudness", "Loudness", loudnessView],
  ["presets", "Presets", presetsView],
  ["health", "Health", healthView],
];

export class Tabs {
  #built = new Map();
  #page;
  #current = null;

  constructor(page) {
    this.#page = page;
    this.root = el("main", { id: "view", tabindex: -1 });
    this.buttons = VIEWS.map(([name, title]) =>
      el("button", { role: "tab", "data-view": name, "aria-controls": "view", "aria-selected": "false", onclick: () => this.show(name) }, title),
    );
    this.list = el("div", { class: "tabs", role: "tablist", "aria-label": "Views" }, this.buttons);
    this.list.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) this.step(step, true);
    });
    page.store.addEventListener("ready", () => this.show(this.#current ?? this.#remembered()));
  }

  #remembered() {
    const name = sessionStorage.getItem("view");
    return VIEWS.some(([known]) => known === name) ? name : VIEWS[0][0];
  }

  /** Show the view by its name. The parameters of the box must be known. */
  show(name) {
    if (!this.#page.store.params.size) return;
    const old = this.#built.get(this.#current);
    if (!this.#built.has(name)) this.#built.set(name, VIEWS.find(([known]) => known === name)[2](this.#page));
    const view = this.#built.get(name);
    if (old && old !== view) old.hide();
    this.#current = name;
    sessionStorage.setItem("view", name);
    for (const button of this.buttons) {
      const chosen = button.dataset.view === name;
      button.setAttribute("aria-selected", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    this.root.replaceChildren(view.root);
    this.root.setAttribute("aria-label", VIEWS.find(([known]) => known === name)[1]);
    view.show();
  }

  /** Show the next view (1) or the previous one (-1). */
  step(by, focus = false) {
    const at = VIEWS.findIndex(([name]) => name === this.#current);
    const next = (at + by + VIEWS.length) % VIEWS.length;
    this.show(VIEWS[next][0]);
    if (focus) this.buttons[next].focus();
  }

  /** Show the view with the number `n`, from 1. */
  number(n) {
    if (VIEWS[n - 1]) this.show(VIEWS[n - 1][0]);
  }
}
