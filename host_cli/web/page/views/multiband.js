// Multiband compressor: crossovers and thresholds are dragged on the spectrum; gain reduction of each band; transfer curve.

import { Curves } from "../draw/curves.js";
import { FrequencyAxis, LevelAxis, Plot } from "../draw/plot.js";
import { bandColour, colour } from "../draw/theme.js";
import { el } from "../dom.js";
import { Scope } from "../scope.js";
import { control, group } from "../widgets/control.js";
import { MultibandHandles, sorted } from "./multiband_handles.js";
import { paintTransfer } from "./transfer.js";

const TOP_DB = 6;
const BOTTOM_DB = -80;
const BANDS = 5;
/** Gain change in dB over the height of the graph. */
const CHANGE_DB = 50;

export function multibandView({ box, store, spectra }) {
  const scope = new Scope();
  const bandScope = new Scope();
  let selected = 1;
  const plot = new Plot("Spectrum with the bands of the compressor and their gain reduction", paint);
  const frequency = new FrequencyAxis(plot);
  const level = new LevelAxis(plot, TOP_DB, BOTTOM_DB);
  const transfer = new Plot("Transfer curve of the selected band", paintBandTransfer);
  const curves = new Curves(box, store, "multiband", () => {
    plot.mark();
    transfer.mark();
  });
  const handles = new MultibandHandles(store, plot, frequency, level, select);
  plot.root.append(handles.root);
  transfer.root.classList.add("square");
  const draw = () => plot.mark();
  const editor = el("div", { class: "editor" });
  const tabs = Array.from({ length: BANDS }, (_, i) => {
    const tab = el("button", { role: "tab", class: "band", "data-band": i + 1, onclick: () => select(i + 1) }, String(i + 1));
    tab.style.setProperty("--colour", `var(--band-${Math.min(2 * i + 1, 8)})`);
    return tab;
  });
  const root = el(
    "div",
    { class: "view multiband" },
    el(
      "div",
      { class: "toolbar" },
      control(store, "multiband.enabled", scope, "Multiband"),
      control(store, "multiband.bands", scope, "Bands"),
      control(store, "multiband.split", scope, "Split"),
      control(store, "multiband.mid_side", scope, "Mid/side"),
      compact(control(store, "multiband.tilt_db", scope, "Detector tilt")),
    ),
    el("div", { class: "side-by-side" }, plot.root, transfer.root),
    el("div", { class: "bands", role: "tablist", "aria-label": "Bands" }, tabs),
    editor,
  );

  function select(n) {
    selected = n;
    handles.select(n);
    for (const tab of tabs) tab.setAttribute("aria-selected", String(Number(tab.dataset.band) === n));
    bandScope.clear();
    const p = `multiband.b${n}.`;
    const ids = (...names) => names.map((name) => (Array.isArray(name) ? [p + name[0], name[1]] : p + name));
    editor.style.setProperty("--accent", tabs[n - 1].style.getPropertyValue("--colour"));
    editor.replaceChildren(
      group(store, `Band ${n}`, ids("solo", "mute", "bypass"), bandScope),
      group(store, "Compression", ids("threshold_db", "ratio", "knee_db", "range_db", "attack_ms", "hold_ms", "release_ms"), bandScope),
      group(store, "Gain", ids("makeup_db", ["auto_makeup", "Auto"], "wet_pct", "link_pct"), bandScope),
      group(store, "Detector", ids("rms_pct", ["lookahead_ms", "Look-ahead"], ["adaptive", "Adaptive release"]), bandScope),
      group(store, "Upward", ids(["up_threshold_db", "Threshold"], ["up_ratio", "Ratio"], ["up_range_db", "Range"]), bandScope),
      group(store, "Expansion", ids(["expand_threshold_db", "Threshold"], ["expand_ratio", "Ratio"], ["expand_range_db", "Range"]), bandScope),
    );
    plot.mark();
    transfer.mark();
  }

  const update = () => {
    const count = Number(store.get("multiband.bands"));
    tabs.forEach((tab, i) => (tab.hidden = i >= count));
    if (selected > count) select(count);
    draw();
  };
  scope.add(store.listen([...store.params.keys()].filter((id) => id.startsWith("multiband.")), draw));
  scope.add(store.listen(["multiband.bands"], update));
  select(1);
  update();

  function paint() {
    frequency.draw();
    level.draw(10);
    const { count, hz, input, output } = spectra;
    const x = (i) => frequency.x(hz[i]);
    plot.curve(count, x, (i) => level.y(input[i]), colour("input"), { width: 1, fill: colour("input-soft"), smooth: true });
    plot.curve(count, x, (i) => level.y(output[i]), colour("output"), { width: 1.2, smooth: true });
    const edges = [frequency.low, ...sorted(store).map((id) => store.get(id)), frequency.high];
    for (let n = 1; n < edges.length; n++) paintBand(n, frequency.x(edges[n - 1]), frequency.x(edges[n]));
  }

  /** One band: threshold, the level that is compared with it (dotted), and gain change down from the top of the graph (or up from its threshold). */
  function paintBand(n, left, right) {
    const { context } = plot;
    const shade = colourOf(n);
    const threshold = level.y(store.get(`multiband.b${n}.threshold_db`));
    const change = box.meters[`gr_b${n}_db`] ?? 0;
    const fall = Math.min((Math.max(0, -change) * plot.height) / CHANGE_DB, plot.height);
    context.globalAlpha = n === selected ? 0.16 : 0.06;
    context.fillStyle = shade;
    context.fillRect(left, 0, right - left, plot.height);
    context.globalAlpha = 0.75;
    context.fillRect(left + 4, 0, right - left - 8, fall);
    context.globalAlpha = 1;
    const now = level.y(box.meters[`level_b${n}_dbfs`] ?? -150);
    if (now < plot.height) plot.line(left + 2, now, right - 2, now, colour("text"), 1, [2, 3]);
    context.globalAlpha = store.get(`multiband.b${n}.ratio`) > 1 ? 1 : 0.35; // a ratio of 1 does nothing
    plot.line(left + 2, threshold, right - 2, threshold, shade, n === selected ? 2.5 : 1.5);
    context.globalAlpha = 1;
    if (change < -0.05) plot.text(`${change.toFixed(1)} dB`, (left + right) / 2, Math.min(fall + 0.7 * plot.em, plot.height - 1.4 * plot.em), colour("text"), "center");
  }

  function paintBandTransfer() {
    const { curve } = curves;
    const band = curve?.bands?.find(({ index }) => index === selected);
    paintTransfer(transfer, curve?.in_db, band?.out_db, colourOf(selected));
  }

  box.addEventListener("m", () => root.isConnected && draw());
  return {
    root,
    show() {
      spectra.watch(draw);
      curves.active(true);
      handles.place();
    },
    hide() {
      spectra.stop(draw);
      curves.active(false);
    },
  };
}

/** The colour of a band of the compressor: every second one of the EQ's. */
function colourOf(n) {
  return bandColour(Math.min(2 * n - 1, 8));
}

/** A knob beside its value, for toolbars. */
export function compact(made) {
  made?.classList.add("compact");
  return made;
}
