// What loudness services would do with the recording as it has been measured so far.

import { el, setText } from "../dom.js";

/** A table of the services in services.json (host_cli/records/targets/targets.toml). Call `update()` with new meters. */
export function serviceTable(box) {
  const body = el("tbody");
  const rows = [];
  const root = el(
    "div",
    { class: "services" },
    el("table", {}, el("thead", {}, el("tr", {}, ["Service", "Plays at", "What happens to the output", "True peak"].map((text) => el("th", { scope: "col" }, text)))), body),
  );
  fetch("services.json")
    .then((answer) => answer.json())
    .then((services) => {
      for (const service of services) {
        const [effect, peak] = [el("td"), el("td")];
        body.append(el("tr", { title: `${service.note ?? ""} (${service.source}; ${service.grade})` }, el("th", { scope: "row" }, service.name), el("td", { class: "value" }, service.lufs === null ? "–" : `${service.lufs} LUFS`), effect, peak));
        rows.push({ service, effect, peak });
      }
    })
    .catch(() => body.append(el("tr", {}, el("td", { colspan: 4 }, "The table of services could not be read."))));
  return {
    root,
    update() {
      const { out_integrated_lufs: lufs, out_max_tp_dbtp: peak_dbtp } = box.meters;
      for (const row of rows) show(row, lufs, peak_dbtp);
    },
  };
}

function show({ service, effect, peak }, lufs, peak_dbtp) {
  const known = lufs > -70;
  setText(effect, known ? effectText(service, lufs, peak_dbtp) : "–");
  const limit = service.true_peak_dbtp;
  setText(peak, known && limit !== null ? (peak_dbtp <= limit + 0.05 ? `within ${limit} dBTP` : `${(peak_dbtp - limit).toFixed(1)} dB above ${limit} dBTP`) : "–");
  peak.classList.toggle("over", known && limit !== null && peak_dbtp > limit + 0.05);
}

/** The rules of host_cli/records/targets/preview.py in words. */
function effectText(service, lufs, peak_dbtp) {
  if (service.lufs === null) return "unchanged";
  const offset = service.lufs - lufs;
  let gain = 0;
  let limited = false;
  if (offset < 0 && service.louder === "down") gain = offset;
  else if (offset > 0 && service.quieter === "to-peak") gain = Math.min(offset, Math.max(0, service.peak_dbtp - peak_dbtp));
  else if (offset > 0 && service.quieter === "limit") [gain, limited] = [offset, peak_dbtp + offset > service.peak_dbtp];
  if (Math.abs(gain) < 0.05) return "unchanged";
  return `turned ${gain < 0 ? "down" : "up"} by ${Math.abs(gain).toFixed(1)} dB${limited ? " and limited" : ""}`;
}
