// Stereo: vectorscope, correlation, balance, and the width of three bands on the frequency axis.
//
// The vectorscope shows samples of the output, turned by 45 degrees, and the ellipses of the covariance of both channels of input and
// output (two standard deviations).

import { ScopeFeed } from "../draw/scope_feed.js";
import { FrequencyAxis, LevelAxis, Plot } from "../draw/plot.js";
import { colour } from "../draw/theme.js";
import { el } from "../dom.js";
import { SLOW_HZ } from "../histories.js";
import { Scope } from "../scope.js";
import { group } from "../widgets/control.js";
import { drag } from "../widgets/knob.js";

/** Rows of the history that are shown: one minute. */
const ROWS = 60 * SLOW_HZ;
const SILENT_DB = -90;
/** The quietest peak for which samples are shown; full scale is 1. */
const QUIET = 0.001;
const BANDS = ["low", "mid", "high"];

export function stereoView({ box, store, spectra, histories }) {
  const scope = new Scope();
  const history = histories.slow;
  const scopePlot = new Plot("Vectorscope of input and output: mid upwards, side to the right", paintScope);
  scopePlot.root.classList.add("square", "large");
  const feed = new ScopeFeed(box, () => {
    scopePlot.mark();
    widths.mark();
  });
  const correlation = new Plot("Correlation of input and output over the last minute", paintCorrelation);
  const widths = new Plot("Width of the three bands over the frequency", paintWidths);
  const frequency = new FrequencyAxis(widths);
  const width = new LevelAxis(widths, 200, 0);
  const handles = BANDS.map((band) => widthHandle(band));
  widths.root.append(el("div", { class: "nodes" }, handles));
  const ids = (...names) => names.map((name) => (Array.isArray(name) ? [`stereo.${name[0]}`, name[1]] : `stereo.${name}`));
  const root = el(
    "div",
    { class: "view stereo" },
    el("div", { class: "side-by-side" }, scopePlot.root, el("div", { class: "column wide" }, correlation.root, widths.root)),
    el(
      "div",
      { class: "editor" },
      group(store, "Stereo", ids(["enabled", "On"], ["balance_pct", "Balance"], ["invert_left", "Invert left"], ["invert_right", "Invert right"]), scope),
      group(store, "Width", ids(["width_low_pct", "Low"], ["width_mid_pct", "Middle"], ["width_high_pct", "High"], ["split_low_hz", "Split low"], ["split_high_hz", "Split high"]), scope),
      group(store, "Mono bass", ids(["mono", "Mono below"], ["mono_hz", "Frequency"]), scope),
    ),
  );
  const draw = () => widths.mark();
  scope.add(store.listen([...store.params.keys()].filter((id) => id.startsWith("stereo.")), () => {
    place();
    draw();
  })); // prettier-ignore
  box.addEventListener("s", () => {
    if (!root.isConnected) return;
    scopePlot.mark();
    correlation.mark();
  });

  function edges() {
    return [frequency.low, store.get("stereo.split_low_hz"), store.get("stereo.split_high_hz"), frequency.high];
  }

  function widthHandle(band) {
    const id = `stereo.width_${band}_pct`;
    const handle = el("div", { class: "node", "data-id": id, "aria-hidden": "true" });
    handle.style.setProperty("--colour", "var(--accent)");
    drag(handle, store, [id], (event, held) => {
      held.pct ??= store.get(id);
      held.pct -= ((event.shiftKey ? 0.2 : 1) * event.movementY * 200) / widths.height;
      store.set({ [id]: held.pct });
    });
    handle.addEventListener("dblclick", () => store.set({ [id]: 100 }));
    return handle;
  }

  function place() {
    const at = edges();
    handles.forEach((handle, i) => {
      const x = (frequency.x(at[i]) + frequency.x(at[i + 1])) / 2;
      const y = Math.min(Math.max(width.y(store.get(handle.dataset.id)), 8), widths.height - 8);
      handle.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    });
  }
  new ResizeObserver(place).observe(widths.root);

  function paintScope() {
    const { width: w, height: h } = scopePlot;
    const radius = Math.min(w, h) / 2 - 14;
    const [x, y] = [w / 2, h / 2];
    scopePlot.line(x - radius * 0.7, y - radius * 0.7, x + radius * 0.7, y + radius * 0.7, colour("grid"));
    scopePlot.line(x + radius * 0.7, y - radius * 0.7, x - radius * 0.7, y + radius * 0.7, colour("grid"));
    scopePlot.line(x, y - radius, x, y + radius, colour("axis"));
    scopePlot.line(x - radius, y, x + radius, y, colour("grid"));
    scopePlot.text("L", x - radius * 0.7 - 10, y - radius * 0.7 - 6, colour("soft"), "center");
    scopePlot.text("R", x + radius * 0.7 + 10, y - radius * 0.7 - 6, colour("soft"), "center");
    scopePlot.text("mid", x + 14, 8, colour("soft"));
    scopePlot.text("side", w - 26, y - 8, colour("soft"));
    points(x, y, radius);
    ellipse(x, y, radius, "in", colour("input"));
    ellipse(x, y, radius, "out", colour("output"));
  }

  /** The samples. The peak fills the picture, so that quiet music can be seen, too. */
  function points(x, y, radius) {
    if (!feed.points || feed.peak < QUIET) return;
    const { context } = scopePlot;
    const [scale, size] = [radius / 254, scopePlot.em / 7];
    context.fillStyle = colour("accent");
    context.beginPath();
    for (let i = 0; i + 1 < feed.points.length; i += 2) {
      const [l, r] = [feed.points[i], feed.points[i + 1]];
      context.rect(x + (r - l) * scale - size / 2, y - (l + r) * scale - size / 2, size, size);
    }
    context.globalAlpha = 0.8;
    context.fill();
    context.globalAlpha = 1;
  }

  function ellipse(x, y, radius, side, stroke) {
    const { meters } = box;
    const left_db = meters[`${side}_rms_l_dbfs`] ?? -150;
    const right_db = meters[`${side}_rms_r_dbfs`] ?? -150;
    const loudest = Math.max(left_db, right_db);
    if (loudest < SILENT_DB) return;
    // The louder channel fills the picture, so that quiet music can be seen, too.
    const [l, r] = [10 ** ((left_db - loudest) / 20), 10 ** ((right_db - loudest) / 20)];
    const shared = (meters[`${side}_correlation`] ?? 0) * l * r;
    const mid = (l * l + r * r) / 2 + shared;
    const across = Math.max((l * l + r * r) / 2 - shared, 0);
    const both = (r * r - l * l) / 2;
    // Axes of the covariance of side (x) and mid (y).
    const middle = (mid + across) / 2;
    const spread = Math.hypot((mid - across) / 2, both);
    const angle = 0.5 * Math.atan2(2 * both, across - mid);
    const { context } = scopePlot;
    context.beginPath();
    context.ellipse(x, y, Math.sqrt(middle + spread) * radius * 0.6, Math.sqrt(Math.max(middle - spread, 1e-4)) * radius * 0.6, -angle, 0, 2 * Math.PI);
    context.strokeStyle = stroke;
    context.lineWidth = 1.5;
    context.stroke();
  }

  function paintCorrelation() {
    const axis = new LevelAxis(correlation, 1.15, -1.15);
    for (const value of [1, 0.5, 0, -0.5, -1]) {
      correlation.line(0, axis.y(value), correlation.width, axis.y(value), colour(value === 0 ? "axis" : "grid"));
      correlation.text(String(value), 4, axis.y(value) - 7);
    }
    const count = Math.min(history.length, ROWS);
    const x = (i) => correlation.width - ((count - 1 - i) / (ROWS - 1)) * correlation.width;
    for (const [name, stroke] of [["in_correlation", "input"], ["out_correlation", "output"]]) {
      correlation.curve(count, x, (i) => axis.y(history.at(name, count - 1 - i)), colour(stroke), { width: 1.8 });
    }
    correlation.text("correlation over 60 s", 34, 12, colour("soft"));
    correlation.text(`in ${(box.meters.in_correlation ?? 0).toFixed(2)}`, correlation.width - 110, 12, colour("input"));
    correlation.text(`out ${(box.meters.out_correlation ?? 0).toFixed(2)}`, correlation.width - 56, 12, colour("output"));
  }

  function paintWidths() {
    frequency.draw();
    for (const pct of [50, 100, 150]) {
      widths.line(0, width.y(pct), widths.width, width.y(pct), colour(pct === 100 ? "axis" : "grid"));
      widths.text(`${pct} %`, 4, width.y(pct) - 7);
    }
    const spectrum = new LevelAxis(widths, 0, -90);
    widths.curve(spectra.count, (i) => frequency.x(spectra.hz[i]), (i) => spectrum.y(spectra.output[i]), null, { fill: colour("input-soft"), smooth: true });
    const at = edges();
    widths.context.globalAlpha = store.get("stereo.enabled") ? 1 : 0.3;
    BANDS.forEach((band, i) => {
      const [left, right] = [frequency.x(at[i]), frequency.x(at[i + 1])];
      const y = width.y(store.get(`stereo.width_${band}_pct`));
      widths.line(left, y, right, y, colour("accent"), 2.5);
      if (i) widths.line(left, 0, left, widths.height, colour("axis"), 1.5);
      const related = feed.correlation(spectra.hz, spectra.output, at[i], at[i + 1]);
      if (related !== null) widths.text(`correlation ${related.toFixed(2)}`, (left + right) / 2, 0.9 * widths.em, colour(related < 0 ? "warn" : "soft"), "center");
    });
    if (store.get("stereo.mono")) {
      widths.context.fillStyle = colour("input-soft");
      widths.context.fillRect(0, 0, frequency.x(store.get("stereo.mono_hz")), widths.height);
      widths.text("mono", 3 * widths.em, 2.2 * widths.em, colour("text"));
    }
    widths.context.globalAlpha = 1;
  }

  return {
    root,
    show() {
      spectra.watch(draw);
      feed.active(true);
      place();
    },
    hide() {
      spectra.stop(draw);
      feed.active(false);
    },
  };
}
