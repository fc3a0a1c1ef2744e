// EQ: bands as nodes over the live spectra of input and output, and the curve that the box computes.

import { Curves } from "../draw/curves.js";
import { FrequencyAxis, LevelAxis, Plot } from "../draw/plot.js";
import { drawSong, readSong } from "../draw/song.js";
import { bandColour, colour } from "../draw/theme.js";
import { el } from "../dom.js";
import { Scope } from "../scope.js";
import { buttons } from "../widgets/choice.js";
import { control, group } from "../widgets/control.js";
import { EqNodes, EQ_BANDS } from "./eq_nodes.js";

/** Levels of the spectra: from the top to the bottom of the graph, in dB. */
const SPECTRUM_DB = [0, -90];
/** The output is marked where it exceeds the reference by this, in dB. */
const COLLISION_DB = 3;
const GAINS_DB = [6, 12, 24];
/** Lines of left, right, mid and side. */
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

export function eqView({ box, store, spectra }) {
  const scope = new Scope();
  const bandScope = new Scope();
  let selected = 1;
  let show = "both";
  const plot = new Plot("Response of the EQ over the spectra of input and output", paint);
  const frequency = new FrequencyAxis(plot);
  const gain = new LevelAxis(plot, GAINS_DB[1], -GAINS_DB[1]);
  const level = new LevelAxis(plot, ...SPECTRUM_DB);
  const curves = new Curves(box, store, "eq", () => plot.mark());
  const nodes = new EqNodes(store, plot, frequency, gain, select);
  plot.root.append(nodes.root);
  const draw = () => plot.mark();

  const tabs = Array.from({ length: EQ_BANDS }, (_, i) => bandTab(i + 1));
  const editor = el("div", { class: "editor" });
  const analyser = buttons("Analyser", ["off", "input", "output", "both"], (word) => {
    show = word;
    analyser.show(word);
    draw();
  });
  analyser.show(show);
  const scale = buttons("Gain scale", GAINS_DB.map((db) => [String(db), `±${db}`]), (db) => {
    Object.assign(gain, { top: Number(db), bottom: -Number(db) });
    scale.show(db);
    nodes.place();
    draw();
  }); // prettier-ignore
  scale.show(GAINS_DB[1]);
  const freeze = press("Freeze", "let the spectra stand still", (on) => spectra.freeze(on));
  const reference = press("Reference", "keep the average output of the last seconds, and mark where the output exceeds it", (on) =>
    spectra.setReference(on).catch((error) => store.say(error.message, true)),
  );

  const root = el(
    "div",
    { class: "view eq" },
    el(
      "div",
      { class: "toolbar" },
      control(store, "eq.enabled", scope, "EQ"),
      control(store, "eq.mode", scope, "Phase"),
      mixedPhase(),
      control(store, "eq.resolution", scope, "Resolution"),
      control(store, "eq.auto_gain", scope, "Auto gain"),
      labelled("Analyser", analyser.group),
      freeze,
      reference,
      labelled("Scale, dB", scale.group),
    ),
    plot.root,
    el("div", { class: "bands", role: "tablist", "aria-label": "Bands" }, tabs.map((tab) => tab.root)),
    editor,
  );

  /** The share of minimum phase, which only the mixed mode has. */
  function mixedPhase() {
    const made = control(store, "eq.mix_pct", scope, "Minimum part");
    made.classList.add("compact");
    const update = () => (made.hidden = store.get("eq.mode") !== "mixed");
    scope.add(store.listen(["eq.mode"], update));
    update();
    return made;
  }

  /** The dynamics of a band; their knobs are shown only when the band is dynamic. */
  function dynamics(p) {
    const made = group(store, "Dynamics", [[`${p}.dynamic`, "Dynamic"], ...["threshold_db", "ratio", "range_db", "attack_ms", "release_ms"].map((name) => `${p}.dyn_${name}`)], bandScope);
    const update = () => made.classList.toggle("idle", !store.get(`${p}.dynamic`));
    bandScope.add(store.listen([`${p}.dynamic`], update));
    update();
    return made;
  }

  function bandTab(n) {
    const text = el("span", {});
    const tab = el("button", { role: "tab", class: "band", "data-band": n, onclick: () => select(n) }, text);
    tab.style.setProperty("--colour", `var(--band-${n})`);
    const ids = ["enabled", "type", "placement", "dynamic"].map((name) => `eq.b${n}.${name}`);
    const update = () => {
      const [enabled, , placement, dynamic] = ids.map((id) => store.get(id));
      text.textContent = [n, placement === "stereo" ? "" : placement[0].toUpperCase(), dynamic ? "dyn" : ""].filter(Boolean).join(" ");
      tab.classList.toggle("off", !enabled);
      tab.setAttribute("aria-label", `Band ${n}${enabled ? "" : ", off"}`);
    };
    scope.add(store.listen(ids, update));
    update();
    return { root: tab };
  }

  function select(n) {
    selected = n;
    nodes.select(n);
    for (const tab of tabs) {
      const chosen = Number(tab.root.dataset.band) === n;
      tab.root.setAttribute("aria-selected", String(chosen));
      tab.root.tabIndex = chosen ? 0 : -1;
    }
    bandScope.clear();
    const p = `eq.b${n}`;
    editor.style.setProperty("--accent", `var(--band-${n})`);
    editor.replaceChildren(
      group(store, `Band ${n}`, [[`${p}.enabled`, "On"], `${p}.type`, `${p}.slope`, `${p}.placement`, ["eq.solo", "Solo band"]], bandScope),
      group(store, "Shape", [`${p}.freq_hz`, `${p}.gain_db`, `${p}.q`], bandScope),
      dynamics(p),
    );
    draw();
  }

  scope.add(store.listen([...store.params.keys()].filter((id) => id.startsWith("eq.")), draw));
  select(1);
  readSong(draw);

  function paint() {
    frequency.draw();
    gain.draw(gain.top / 4);
    const { count, hz } = spectra;
    const x = (i) => frequency.x(hz[i]);
    const y = (levels) => (i) => level.y(levels[i]);
    drawSong(plot, frequency, level);
    if (show === "input" || show === "both") plot.curve(count, x, y(spectra.input), colour("input"), { width: 1, fill: colour("input-soft"), smooth: true });
    if (show === "output" || show === "both") plot.curve(count, x, y(spectra.output), colour("output"), { width: 1.2, fill: colour("output-soft"), smooth: true });
    if (spectra.reference && show !== "off") paintReference(x);
    paintCurve();
    paintMovement();
    if (!nodes.any()) plot.text("Double-click to add a band", plot.width / 2, plot.height / 4, colour("soft"), "center");
  }

  function paintReference(x) {
    const { count, output, reference: kept } = spectra;
    plot.curve(count, x, (i) => level.y(kept[i]), colour("text"), { width: 1, dash: [4, 3] });
    plot.context.fillStyle = colour("collision");
    for (let i = 0; i < count; i++) {
      if (output[i] - kept[i] < COLLISION_DB || output[i] < SPECTRUM_DB[1]) continue;
      const width = plot.width / count;
      plot.context.fillRect(x(i) - width / 2, level.y(output[i]), width, level.y(kept[i]) - level.y(output[i]));
    }
  }

  function paintCurve() {
    const { curve } = curves;
    if (!curve) return;
    const x = (i) => frequency.x(curve.hz[i]);
    const zero = gain.y(0);
    for (const band of curve.bands ?? []) {
      if (!store.get(`eq.b${band.index}.enabled`)) continue;
      plot.context.globalAlpha = band.index === selected ? 0.35 : 0.14;
      plot.curve(curve.hz.length, x, (i) => gain.y(band.db[i]), bandColour(band.index), { width: 1, fill: bandColour(band.index), floor: zero });
    }
    for (const band of curve.bands ?? []) {
      if (!band.moved_db?.length || !store.get(`eq.b${band.index}.dynamic`)) continue;
      plot.context.globalAlpha = 0.7;
      plot.curve(curve.hz.length, x, (i) => gain.y(band.moved_db[i]), bandColour(band.index), { width: 1, dash: [3, 4] });
    }
    plot.context.globalAlpha = store.get("eq.enabled") ? 1 : 0.3;
    // Where bands process different channels, there is one curve for each channel.
    const channels = Object.entries(curve.placements ?? {});
    channels.forEach(([name, db], place) => {
      plot.curve(curve.hz.length, x, (i) => gain.y(db[i]), colour("soft"), { width: 1.2, dash: DASHES[place] });
      plot.text(name, plot.width - (4.5 * (channels.length - place) - 1) * plot.em, 0.9 * plot.em, colour("soft"));
      plot.line(plot.width - (4.5 * (channels.length - place) + 1.6) * plot.em, 0.9 * plot.em, plot.width - (4.5 * (channels.length - place) - 0.8) * plot.em, 0.9 * plot.em, colour("soft"), 1.2, DASHES[place]);
    });
    if (!channels.length) plot.curve(curve.hz.length, x, (i) => gain.y(curve.db[i]), colour("curve"), { width: 2.2 });
    plot.context.globalAlpha = 1;
  }

  function paintMovement() {
    for (let n = 1; n <= EQ_BANDS; n++) {
      if (!store.get(`eq.b${n}.enabled`) || !store.get(`eq.b${n}.dynamic`)) continue;
      const x = frequency.x(store.get(`eq.b${n}.freq_hz`));
      const from = store.get(`eq.b${n}.gain_db`);
      const to = gain.y(from + (box.meters[`eq_b${n}_db`] ?? 0));
      plot.line(x, gain.y(from), x, to, bandColour(n), 4);
      plot.context.fillStyle = bandColour(n);
      plot.context.fillRect(x - 7, to - 1.5, 14, 3);
    }
  }

  box.addEventListener("m", () => root.isConnected && nodes.anyDynamic() && draw());
  return {
    root,
    show() {
      spectra.watch(draw);
      curves.active(true);
      draw();
    },
    hide() {
      spectra.stop(draw);
      curves.active(false);
    },
  };
}

function labelled(text, content) {
  return el("div", { class: "choice" }, el("span", { class: "label" }, text), content);
}

/** A button that stays pressed. */
function press(text, title, on) {
  const button = el("button", { class: "toggle", "aria-pressed": "false", title, onclick: () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    on(pressed);
  } }, text); // prettier-ignore
  return button;
}
