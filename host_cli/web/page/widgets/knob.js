// A knob for a number: pointer, touch, wheel and keyboard; readable by a screen reader as a slider.

import { el, setText } from "../dom.js";
import { fromPosition, parsed, shortName, toPosition, valueText } from "../format.js";

/** Pixels of a drag over the whole range. */
const TRAVEL_PX = 220;
const START_DEG = -135;
const SWEEP_DEG = 270;
const FINE = 0.1;

function arc(from, to) {
  const at = (position) => {
    const angle = ((START_DEG + position * SWEEP_DEG - 90) * Math.PI) / 180;
    return `${(24 + 19 * Math.cos(angle)).toFixed(2)} ${(24 + 19 * Math.sin(angle)).toFixed(2)}`;
  };
  const [a, b] = from <= to ? [from, to] : [to, from];
  return `M${at(a)}A19 19 0 ${(b - a) * SWEEP_DEG > 180 ? 1 : 0} 1 ${at(b)}`;
}

/** The value after `steps` presses of an arrow key; `fine`: single steps of the parameter. */
export function nudged(store, id, steps, fine) {
  const param = store.param(id);
  const value = store.get(id);
  if (fine) return value + steps * param.step;
  if (param.taper === "log") return Math.abs(value * (2 ** (steps / 12) - 1)) < param.step ? value + Math.sign(steps) * param.step : value * 2 ** (steps / 12);
  const coarse = Math.max(param.step, Math.round((param.high - param.low) / 100 / param.step) * param.step);
  return value + steps * coarse;
}

/** Handle the keys of a slider for the parameter `id`; returns whether the key was one of them. */
export function sliderKey(store, id, event) {
  const param = store.param(id);
  const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 }[event.key];
  if (steps) store.set({ [id]: nudged(store, id, steps, event.shiftKey) });
  else if (event.key === "Home") store.set({ [id]: param.low });
  else if (event.key === "End") store.set({ [id]: store.highest(id) });
  else if (event.key === "Delete" || event.key === "Backspace") store.set({ [id]: param.default });
  else return false;
  event.preventDefault();
  return true;
}

/** The value that a step of the wheel gives. */
export function wheelSteps(event) {
  return -Math.sign(event.deltaY || event.deltaX);
}

/** A knob for the parameter `id`. `label` replaces the name from the id. */
export function knob(store, id, scope, label = shortName(id)) {
  const param = store.param(id);
  const track = el("path", { class: "track", d: arc(0, 1) });
  const fill = el("path", { class: "fill" });
  const mark = el("line", { class: "mark", x1: 24, y1: 10, x2: 24, y2: 17 });
  const dial = el(
    "div",
    { class: "dial", role: "slider", tabindex: 0, "aria-label": label, "aria-valuemin": param.low, "aria-valuemax": param.high, title: param.help },
    el("svg", { viewBox: "0 0 48 48", "aria-hidden": "true" }, track, fill, mark),
  );
  const readout = el("button", { class: "readout", title: "type a value", "aria-label": `type ${label}` });
  const root = el("div", { class: "knob", "data-id": id }, el("span", { class: "label" }, label), dial, readout);
  const zero = param.low < 0 && param.high > 0 ? toPosition(param, 0) : 0;

  function show() {
    const value = store.get(id);
    if (value === undefined) return;
    const position = Math.min(toPosition(param, value, store.highest(id)), 1);
    const text = valueText(param, value);
    fill.setAttribute("d", arc(zero, position));
    mark.setAttribute("transform", `rotate(${START_DEG + position * SWEEP_DEG} 24 24)`);
    dial.setAttribute("aria-valuenow", value);
    dial.setAttribute("aria-valuetext", text);
    setText(readout, text);
  }

  dial.addEventListener("keydown", (event) => {
    if (sliderKey(store, id, event)) return;
    if (event.key === "Enter") type();
  });
  dial.addEventListener("dblclick", () => store.set({ [id]: param.default }));
  dial.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      store.set({ [id]: nudged(store, id, wheelSteps(event), event.shiftKey) });
    },
    { passive: false },
  );
  drag(dial, store, [id], (event, held) => {
    held.position ??= toPosition(param, store.get(id), store.highest(id));
    held.position += ((event.shiftKey ? FINE : 1) * (event.movementX - event.movementY)) / TRAVEL_PX;
    held.position = Math.min(Math.max(held.position, 0), 1);
    store.set({ [id]: fromPosition(param, held.position, store.highest(id)) });
  });

  function type() {
    const input = el("input", { class: "readout", type: "text", inputmode: "decimal", value: String(store.get(id)), "aria-label": label });
    let ended = false; // removing the field also takes the focus from it
    const end = (take) => {
      if (ended) return;
      ended = true;
      const value = take ? parsed(param, input.value) : null;
      input.replaceWith(readout);
      if (value !== null) store.set({ [id]: value });
      dial.focus();
    };
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") end(true);
      if (event.key === "Escape") end(false);
    });
    input.addEventListener("blur", () => end(true));
    readout.replaceWith(input);
    input.select();
  }
  readout.addEventListener("click", type);

  scope.add(store.listen([id], show));
  show();
  return root;
}

/** Call `move({movementX, movementY, shiftKey, altKey}, held)` while the pointer drags `target`; meanwhile reports of other clients do not move `ids`. `held` is an
 * empty object at the beginning of each drag. */
export function drag(target, store, ids, move, begin = () => {}) {
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const held = {};
    const now = typeof ids === "function" ? ids() : ids;
    begin(event, held);
    target.setPointerCapture(event.pointerId);
    target.classList.add("dragged");
    store.hold(now);
    let [x, y] = [event.clientX, event.clientY];
    const moved = (next) => {
      if (next.pointerId !== event.pointerId) return;
      // Not the event's own movementX, which some browsers do not have for touch.
      move({ movementX: next.clientX - x, movementY: next.clientY - y, shiftKey: next.shiftKey, altKey: next.altKey }, held);
      [x, y] = [next.clientX, next.clientY];
    };
    const end = () => {
      target.removeEventListener("pointermove", moved);
      for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) target.removeEventListener(name, end);
      target.classList.remove("dragged");
      store.release(now);
    };
    target.addEventListener("pointermove", moved);
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) target.addEventListener(name, end);
  });
}
