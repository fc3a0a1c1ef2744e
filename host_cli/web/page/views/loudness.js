// Loudness: M, S, I, range and true peak, their history and histogram, and what services would do with the recording.

import { Plot, LevelAxis } from "../draw/plot.js";
import { colour, onTheme } from "../draw/theme.js";
import { el, setText } from "../dom.js";
import { levelText } from "../format.js";
import { redraw } from "../frames.js";
import { HISTOGRAM_LUFS, SLOW_HZ, SLOW_SECONDS } from "../histories.js";
import { Scope } from "../scope.js";
import { toggle } from "../widgets/choice.js";
import { reset } from "../strip.js";
import { serviceTable } from "./services.js";
import { target, targetLufs } from "./target.js";

const ROWS = SLOW_HZ * SLOW_SECONDS;
const [LOW_LUFS, HIGH_LUFS] = HISTOGRAM_LUFS;
/** The lines of the history. */
const LINES = ["out_momentary_lufs", "out_short_lufs", "out_integrated_lufs"];
/** Numbers: column without its side, label, unit. */
const NUMBERS = [["momentary_lufs", "Momentary", "LUFS"], ["short_lufs", "Short-term", "LUFS"], ["integrated_lufs", "Integrated", "LUFS"], ["lra_lu", "Range", "LU"],
  ["max_tp_dbtp", "Max. true peak", "dBTP"], ["max_momentary_lufs", "Max. momentary", "LUFS"], ["max_short_lufs", "Max. short-term", "LUFS"], ["plr_db", "PLR", "dB"]]; // prettier-ignore

export function loudnessView(page) {
  const { box, store } = page;
  const scope = new Scope();
  const { slow: history, histogram } = page.histories;
  const cells = new Map();
  const table = el(
    "table",
    { class: "figures" },
    el("thead", {}, el("tr", {}, ["", "Input", "Output", ""].map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, NUMBERS.map(([name, label, unit]) => el("tr", {}, el("th", { scope: "row" }, label), cell(`in_${name}`), cell(`out_${name}`), el("td", { class: "unit" }, unit)))),
  );
  const aim = target(page);
  const bars = new Plot("Histogram of the momentary loudness of the output", paintHistogram);
  bars.root.classList.add("narrow");
  const chart = el("div", { class: "chart", role: "img", "aria-label": "History of the loudness of the output over ten minutes" });
  const services = serviceTable(box);
  const root = el(
    "div",
    { class: "view loudness" },
    el("div", { class: "toolbar" }, el("button", { onclick: () => reset(store) }, "Measure anew"), toggle(store, "meter.running", scope, "Measure"), aim.root),
    el("div", { class: "loud-top" }, table, chart, bars.root),
    services.root,
  );
  let plot = null;
  let data = null;

  function cell(name) {
    const made = el("td", { class: "value" }, "–");
    cells.set(name, made);
    return made;
  }

  box.addEventListener("s", () => {
    if (root.isConnected) redraw(show);
  });

  function show() {
    for (const [name, made] of cells) setText(made, levelText(box.meters[name]));
    for (const side of ["in", "out"]) {
      const range = cells.get(`${side}_lra_lu`);
      range.classList.toggle("uncertain", !box.meters[`${side}_lra_stable`]);
      range.title = box.meters[`${side}_lra_stable`] ? "" : "not yet reliable: measure for a minute";
    }
    aim.update();
    services.update();
    bars.mark();
    drawHistory();
  }

  /** The whole history, but at least one minute. */
  function shownMinutes() {
    return Math.max(1, Math.ceil(history.length / SLOW_HZ / 60));
  }

  /** The history by uPlot. Its arrays are made once and filled anew. */
  function drawHistory() {
    const { width, height } = chart.getBoundingClientRect();
    if (!width) return;
    data ??= Array.from({ length: 5 }, () => new Array(ROWS));
    for (let i = 0; i < ROWS; i++) {
      const back = ROWS - 1 - i;
      data[0][i] = -back / SLOW_HZ / 60;
      LINES.forEach((name, column) => {
        const value = back < history.length ? history.at(name, back) : -150;
        data[column + 1][i] = value > LOW_LUFS ? value : null;
      });
      data[4][i] = targetLufs();
    }
    if (plot === null) plot = makePlot(width, height, data, chart, shownMinutes);
    else {
      if (plot.width !== Math.floor(width) || plot.height !== Math.floor(height)) plot.setSize({ width: Math.floor(width), height: Math.floor(height) });
      plot.setData(data);
    }
  }
  onTheme(() => {
    plot?.destroy();
    plot = null;
    if (root.isConnected) redraw(show);
  });

  function paintHistogram() {
    const most = Math.max(1, ...histogram);
    const axis = new LevelAxis(bars, HIGH_LUFS, LOW_LUFS);
    axis.draw(10, { zero: false });
    for (let i = 0; i < histogram.length; i++) {
      const y = axis.y(LOW_LUFS + i + 1);
      bars.context.fillStyle = colour("output");
      bars.context.fillRect(34, y, ((bars.width - 40) * histogram[i]) / most, bars.height / histogram.length - 1);
    }
    bars.line(0, axis.y(targetLufs()), bars.width, axis.y(targetLufs()), colour("good"), 1.5);
  }

  return { root, show, hide() {} };
}

/** A place on the time axis, from minutes. */
function ago(minutes) {
  if (minutes === 0) return "now";
  return minutes > -2 ? `${Math.round(60 * minutes)} s` : `${minutes} min`;
}

function makePlot(width, height, data, chart, minutes) {
  const axis = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { stroke: colour("grid"), width: 1 } };
  const line = (label, stroke, more = {}) => ({ label, stroke: colour(stroke), width: 1.5, points: { show: false }, ...more });
  const options = {
    width: Math.floor(width),
    height: Math.floor(height),
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 26, 0, 0],
    scales: { x: { time: false, range: () => [-minutes(), 0] }, y: { range: [-40, 0] } },
    axes: [{ ...axis, values: (_, ticks) => ticks.map(ago) }, { ...axis, size: 42 }],
    series: [{}, line("M", "input", { width: 1 }), line("S", "output", { width: 2 }), line("I", "accent", { width: 2 }), line("target", "good", { dash: [6, 4] })],
  };
  chart.replaceChildren();
  return new globalThis.uPlot(options, data, chart);
}
