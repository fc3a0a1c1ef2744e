// The meters beside every view: peaks of input and output, gain reduction of the limiter, and loudness.

import { el, setText } from "./dom.js";
import { levelText } from "./format.js";
import { redraw } from "./frames.js";
import { Plot, LevelAxis } from "./draw/plot.js";
import { colour } from "./draw/theme.js";

const TOP_DB = 3;
const BOTTOM_DB = -60;
/** Fall of a peak mark in dB per second, and the time that it stays first. */
const HOLD_MS = 1500;
const FALL_DB_S = 20;
/** Milliseconds without a frame after which the meters are shown as stale. */
const STALE_MS = 1000;
/** Milliseconds between two changes of the numbers, which could not be read faster. */
const NUMBERS_MS = 450;
/** Width of the column of numbers beside the bars, in text sizes. */
const SCALE_EM = 1.9;
const BARS = [
  ["in_peak_l_dbfs", "in", "in-l"],
  ["in_peak_r_dbfs", "in", "in-r"],
  ["out_tp_l_dbtp", "out", "out-l"],
  ["out_tp_r_dbtp", "out", "out-r"],
];

export function meterStrip({ box, store }) {
  const holds = BARS.map(() => ({ db: -150, at: 0 }));
  const values = new Map();
  const plot = new Plot("Peaks of input and output, and gain reduction of the limiter", paint);
  let numbersAt = 0;
  let frameAt = 0;

  function number(name, label, unit) {
    const value = el("span", { class: "value" }, "–");
    values.set(name, value);
    return el("div", { class: "number" }, el("span", { class: "label" }, label), value, el("span", { class: "unit" }, unit));
  }
  const clear = el("button", { class: "peak", title: "reset the maximum true peak and the loudness", onclick: () => reset(store) }, "Reset");
  const root = el(
    "aside",
    { class: "strip", "aria-label": "Meters" },
    el("div", { class: "heads", "aria-hidden": "true" }, el("span", {}, "IN"), el("span", {}, "OUT"), el("span", {}, "GR")),
    plot.root,
    number("out_max_tp_dbtp", "Max. true peak", "dBTP"),
    number("out_momentary_lufs", "Momentary", "LUFS"),
    number("out_short_lufs", "Short-term", "LUFS"),
    number("out_integrated_lufs", "Integrated", "LUFS"),
    clear,
  );

  box.addEventListener("m", () => {
    const now = performance.now();
    frameAt = now;
    root.classList.remove("stale");
    BARS.forEach(([name], i) => {
      const db = box.meters[name];
      const hold = holds[i];
      if (db >= hold.db) Object.assign(hold, { db, at: now });
      else if (now - hold.at > HOLD_MS) Object.assign(hold, { db: Math.max(db, hold.db - FALL_DB_S / 30) });
    });
    plot.mark();
    if (now - numbersAt > NUMBERS_MS) {
      numbersAt = now;
      redraw(showNumbers);
    }
  });
  setInterval(() => performance.now() - frameAt > STALE_MS && root.classList.add("stale"), STALE_MS / 2);

  function showNumbers() {
    for (const [name, element] of values) setText(element, levelText(box.meters[name]));
    const over = box.meters.out_max_tp_dbtp > (store.get("limiter.ceiling_dbtp") ?? 0) + 0.05 && store.get("limiter.enabled");
    values.get("out_max_tp_dbtp").classList.toggle("over", over);
  }

  function paint() {
    const levels = new LevelAxis(plot, TOP_DB, BOTTOM_DB);
    levels.draw(6);
    const unit = (plot.width - SCALE_EM * plot.em) / 10;
    const places = [0.2, 1.7, 3.8, 5.3].map((place) => place + (SCALE_EM * plot.em) / unit);
    const reductionX = SCALE_EM * plot.em + 7.6 * unit;
    BARS.forEach(([name, kind], i) => bar(levels, places[i] * unit, 1.3 * unit, box.meters[name] ?? -150, holds[i].db, kind));
    const reduction = Math.max(0, -(box.meters.gr_limiter_db ?? 0));
    const height = Math.min(reduction / 24, 1) * plot.height;
    plot.context.fillStyle = colour("well");
    plot.context.fillRect(reductionX, 0, 2 * unit, plot.height);
    plot.context.fillStyle = colour("reduction");
    plot.context.fillRect(reductionX, 0, 2 * unit, height);
    plot.text(reduction.toFixed(1), reductionX + unit, Math.min(height + 0.7 * plot.em, plot.height - 8), colour("text"), "center");
    const ceiling = store.get("limiter.ceiling_dbtp");
    if (ceiling !== undefined && store.get("limiter.enabled")) plot.line(places[2] * unit, levels.y(ceiling), (places[3] + 1.3) * unit, levels.y(ceiling), colour("warn"), 1.5);
  }

  function bar(levels, x, width, db, held, kind) {
    const { context, height } = plot;
    context.fillStyle = colour("well");
    context.fillRect(x, 0, width, height);
    const y = Math.min(levels.y(db), height);
    context.fillStyle = colour(kind === "in" ? "input" : "output");
    context.fillRect(x, y, width, height - y);
    if (db > 0) {
      context.fillStyle = colour("warn");
      context.fillRect(x, y, width, levels.y(0) - y);
    }
    if (held > BOTTOM_DB) plot.line(x, levels.y(held), x + width, levels.y(held), colour(held > 0 ? "warn" : "text"), 2);
  }
  return root;
}

/** Begin the measurement of loudness, range and maxima again. */
export function reset(store) {
  store.set({ "meter.epoch": (store.get("meter.epoch") ?? 0) + 1 });
}
