// The line at the bottom: the newest message, and how the box is doing.

import { el, setText } from "./dom.js";

/** Milliseconds that a message stays. */
const STAYS_MS = 8000;

export function statusLine({ box, store }) {
  const message = el("span", { class: "message", role: "status" });
  const facts = el("span", { class: "facts" });
  const link = el("span", { class: "facts" });
  let timer = null;
  store.addEventListener("message", ({ detail }) => {
    message.classList.toggle("failed", detail.failed);
    setText(message, detail.text);
    clearTimeout(timer);
    timer = setTimeout(() => setText(message, ""), STAYS_MS);
  });
  box.addEventListener("s", () => {
    const { load_pct, xruns } = box.meters;
    const rate = store.info.rate_hz;
    const latency = rate ? ` · latency ${((1000 * store.info.latency_frames) / rate).toFixed(1)} ms` : "";
    setText(facts, `${rate ? `${rate / 1000} kHz` : ""}${latency} · load ${load_pct?.toFixed(0) ?? "–"} % · ${xruns ?? 0} xruns`);
  });
  box.addEventListener("online", () => setText(link, `box ${box.welcome.serial.slice(-8)} through ${box.linkName}`));
  box.addEventListener("offline", () => setText(link, "not connected"));
  return el("footer", {}, message, link, facts);
}
