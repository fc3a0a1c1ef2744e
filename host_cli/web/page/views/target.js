// The loudness target: of the loaded preset if it has one, otherwise -14 LUFS; the user may choose another one.

import { el, setText } from "../dom.js";
import { readPreset } from "../preset_file.js";

const USUAL_LUFS = -14;
/** Tolerance in LU within which a target counts as reached. */
const TOLERANCE_LU = 0.5;
const shared = { lufs: USUAL_LUFS, listeners: new Set() };

/** The chosen target in LUFS. */
export function targetLufs() {
  return shared.lufs;
}

/** A field for the target with the distance of the integrated loudness. Call `update()` a few times per second. */
export function target({ box, store }) {
  const field = el("input", { type: "number", min: -50, max: 0, step: 0.5, "aria-label": "Loudness target in LUFS", value: shared.lufs });
  const distance = el("span", { class: "value" }, "–");
  field.addEventListener("change", () => {
    if (field.valueAsNumber >= -50 && field.valueAsNumber <= 0) shared.lufs = field.valueAsNumber;
    for (const listener of shared.listeners) listener();
  });
  shared.listeners.add(() => (field.value = shared.lufs));
  const root = el("div", { class: "number target" }, el("span", { class: "label" }, "Integrated − target"), distance, el("span", { class: "unit" }, "LU"), el("label", { class: "aim" }, "target ", field, " LUFS"));
  return {
    root,
    update() {
      const lufs = box.meters.out_integrated_lufs;
      const known = lufs > -70;
      const difference = lufs - shared.lufs;
      setText(distance, known ? `${difference > 0 ? "+" : ""}${difference.toFixed(1)}` : "–");
      distance.classList.toggle("good", known && Math.abs(difference) <= TOLERANCE_LU);
      distance.classList.toggle("over", known && difference > TOLERANCE_LU);
    },
  };
}

/** Follow the target of the loaded preset. */
export function followPreset({ box, store }) {
  let last = null;
  store.addEventListener("state", async () => {
    const { preset } = store.state;
    if (preset === last) return;
    last = preset;
    try {
      const tree = preset && (await readPreset(box, preset));
      shared.lufs = tree?.target?.lufs ?? USUAL_LUFS;
      for (const listener of shared.listeners) listener();
    } catch {
      // the preset has been deleted
    }
  });
}
