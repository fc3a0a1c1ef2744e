// Output: saturator with its transfer curve, input trim, DC filter and dither.

import { Curves } from "../draw/curves.js";
import { Plot } from "../draw/plot.js";
import { colour } from "../draw/theme.js";
import { el } from "../dom.js";
import { Scope } from "../scope.js";
import { group } from "../widgets/control.js";
import { paintTransfer } from "./transfer.js";

const TOP_DB = 6;

export function outputView({ box, store }) {
  const scope = new Scope();
  const plot = new Plot("Transfer curve of the saturator", () => {
    plot.context.globalAlpha = store.get("saturator.enabled") ? 1 : 0.4;
    paintTransfer(plot, curves.curve?.in_db, curves.curve?.out_db, colour("accent"), TOP_DB);
    plot.context.globalAlpha = 1;
    plot.text(`output over input, dB${store.get("saturator.enabled") ? "" : "; the saturator is off"}`, plot.width - 12, plot.height - 12, colour("soft"), "right");
  });
  const curves = new Curves(box, store, "saturator", () => plot.mark());
  const root = el(
    "div",
    { class: "view output" },
    plot.root,
    el(
      "div",
      { class: "editor" },
      group(store, "Saturator", [["saturator.enabled", "On"], "saturator.drive_db", "saturator.curve", "saturator.mix_pct"], scope),
      group(store, "Levels", [["input.trim_db", "Input trim"], ["output.dc_filter", "DC filter"]], scope),
      group(store, "Dither", [["dither.bits", "Word length, bits"], ["dither.shape", "Spectrum of the noise"]], scope),
    ),
  );
  return { root, show: () => curves.active(true), hide: () => curves.active(false) };
}
