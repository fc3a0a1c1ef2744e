// The fitting control for a parameter, and groups of them.

import { el } from "../dom.js";
import { kindOf } from "../format.js";
import { segmented, select, toggle } from "./choice.js";
import { knob } from "./knob.js";

/** Most words of a choice that is shown as a row of buttons. */
const MOST_BUTTONS = 4;

/** The control for the parameter `id`; nothing if the box does not have it. */
export function control(store, id, scope, label) {
  const param = store.param(id);
  if (!param) return null;
  if (kindOf(param) === "switch") return toggle(store, id, scope, label);
  if (kindOf(param) === "choice") return (param.choices.length > MOST_BUTTONS ? select : segmented)(store, id, scope, label);
  return knob(store, id, scope, label);
}

/** A group of controls with a heading. `ids` are ids, or [id, label]. */
export function group(store, heading, ids, scope) {
  const controls = ids.map((entry) => (Array.isArray(entry) ? control(store, entry[0], scope, entry[1]) : control(store, entry, scope)));
  return el("section", { class: "group", "aria-label": heading }, el("h3", {}, heading), el("div", { class: "controls" }, controls));
}
