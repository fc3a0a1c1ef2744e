// Limiter: history of level and reduction, ceiling, loudness against the target.

import { Curves } from "../draw/curves.js";
import { LevelAxis, Plot } from "../draw/plot.js";
import { colour } from "../draw/theme.js";
import { el, setText } from "../dom.js";
import { levelText, valueText } from "../format.js";
import { FAST_HZ, FAST_SECONDS } from "../histories.js";
import { Scope } from "../scope.js";
import { toggle } from "../widgets/choice.js";
import { group } from "../widgets/control.js";
import { sliderKey, drag } from "../widgets/knob.js";
import { learnButton } from "./learn.js";
import { target } from "./target.js";
import { paintTransfer } from "./transfer.js";

const ROWS = FAST_HZ * FAST_SECONDS;
const TOP_DB = 3;
const BOTTOM_DB = -30;
/** Gain reduction in dB over the height of the graph. */
const REDUCTION_DB = 18;
const NUMBERS_MS = 450;

export function limiterView(page) {
  const { box, store } = page;
  const scope = new Scope();
  const history = page.histories.fast;
  const plot = new Plot("History of the levels and of the limiter's gain reduction, 20 seconds", paint);
  const level = new LevelAxis(plot, TOP_DB, BOTTOM_DB);
  const ceiling = ceilingHandle(store, plot, level, scope);
  plot.root.append(ceiling.root);
  const transfer = new Plot("Transfer curve of the limiter", () => paintTransfer(transfer, curves.curve?.in_db, curves.curve?.out_db, colour("accent"), 6));
  transfer.root.classList.add("square");
  const curves = new Curves(box, store, "limiter", () => transfer.mark());
  const numbers = new Map();
  let numbersAt = 0;
  const number = (name, label, unit) => {
    const value = el("span", { class: "value" }, "–");
    numbers.set(name, value);
    return el("div", { class: "number" }, el("span", { class: "label" }, label), value, el("span", { class: "unit" }, unit));
  };
  const aim = target(page);
  const ids = (...names) => names.map((name) => (Array.isArray(name) ? [`limiter.${name[0]}`, name[1]] : `limiter.${name}`));
  const root = el(
    "div",
    { class: "view limiter" },
    el("div", { class: "side-by-side" }, plot.root, transfer.root),
    el("div", { class: "numbers" }, number("gr_limiter_db", "Reduction", "dB"), number("most", "Most in 20 s", "dB"), number("out_short_lufs", "Short-term", "LUFS"),
      aim.root, number("out_plr_db", "PLR", "dB"), number("out_psr_db", "PSR", "dB"),
      el("div", { class: "listen" }, learnButton(page), toggle(store, "limiter.unity_listen", scope, "Unity gain"), toggle(store, "limiter.delta", scope, "Delta"))),
    el(
      "div",
      { class: "editor" },
      group(store, "Limiter", ids(["enabled", "On"], "gain_db", ["ceiling_dbtp", "Ceiling"], ["true_peak", "True peak"], "style"), scope),
      group(store, "Times (0: of the style)", ids("release_ms", ["slow_release_ms", "Slow release"], ["lookahead_ms", "Look-ahead"], "hold_ms"), scope),
      group(store, "Stereo link", ids(["link_fast_pct", "Short dips"], ["link_slow_pct", "Lasting"]), scope),
    ),
  );

  box.addEventListener("m", () => {
    if (!root.isConnected) return;
    plot.mark();
    if (performance.now() - numbersAt > NUMBERS_MS) showNumbers();
  });

  function showNumbers() {
    numbersAt = performance.now();
    let most = 0;
    for (let back = 0; back < history.length; back++) most = Math.min(most, history.at("gr_limiter_db", back));
    for (const [name, element] of numbers) setText(element, levelText(name === "most" ? most : box.meters[name]));
    aim.update();
  }

  function paint() {
    level.draw(6);
    const count = history.length;
    const x = (i) => plot.width - ((count - 1 - i) / (ROWS - 1)) * plot.width;
    const y = (name, gain = 0, later = 0) => (i) => level.y(Math.max(history.at(name, Math.min(count - 1 - i + later, count - 1)) + gain, BOTTOM_DB - 1));
    // The input is shown as late as the chain makes the output, so that both are of the same music.
    const latency = Math.round(FAST_HZ * ((store.info.latency_frames ?? 0) / (store.info.rate_hz ?? 48000)));
    const into = store.get("limiter.gain_db") ?? 0;
    plot.curve(count, x, y("in_peak", into, latency), colour("input"), { width: 1, fill: colour("input-soft") });
    plot.curve(count, x, y("out_tp"), colour("output"), { width: 1.3, fill: colour("output-soft") });
    const top = (i) => -history.at("gr_limiter_db", count - 1 - i) * (plot.height / REDUCTION_DB);
    plot.curve(count, x, top, colour("reduction"), { width: 1.5, fill: colour("collision"), floor: 0 });
    for (let db = 3; db < REDUCTION_DB; db += 3) plot.text(`-${db}`, plot.width - 6, (db / REDUCTION_DB) * plot.height, colour("reduction"), "right");
    for (let s = 5; s < 20; s += 5) plot.text(`-${s} s`, plot.width - (s / 20) * plot.width, plot.height - 8, colour("faint"), "center");
    const legend = [["input of the box with the limiter's gain", "input", 2.8], ["output", "output", 20], ["reduction", "reduction", 24]]; // prettier-ignore
    for (const [text, name, place] of legend) plot.text(text, place * plot.em, plot.height - 2 * plot.em, colour(name));
    ceiling.place();
  }

  return {
    root,
    show() {
      curves.active(true);
      showNumbers();
    },
    hide: () => curves.active(false),
  };
}

/** The line of the ceiling, which can be dragged. */
function ceilingHandle(store, plot, level, scope) {
  const id = "limiter.ceiling_dbtp";
  const param = store.param(id);
  const handle = el("div", { class: "ceiling", role: "slider", tabindex: 0, "data-id": id, "aria-label": "Ceiling", "aria-valuemin": param.low, "aria-valuemax": param.high });
  const place = () => {
    handle.style.transform = `translateY(${level.y(store.get(id)).toFixed(1)}px)`;
    handle.setAttribute("aria-valuenow", store.get(id));
    handle.setAttribute("aria-valuetext", valueText(param, store.get(id)));
    handle.title = `ceiling ${valueText(param, store.get(id))}`;
  };
  handle.addEventListener("keydown", (event) => sliderKey(store, id, event));
  handle.addEventListener("dblclick", () => store.set({ [id]: param.default }));
  drag(handle, store, [id], (event, held) => {
    held.db ??= store.get(id);
    held.db -= ((event.shiftKey ? 0.2 : 1) * event.movementY * (level.top - level.bottom)) / plot.height;
    store.set({ [id]: held.db });
  });
  scope.add(store.listen([id], place));
  return { root: handle, place };
}
