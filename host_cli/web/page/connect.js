// The panel that covers the views while no box is connected: what is the matter, and what to do.

import { el, setText } from "./dom.js";

/** `bridged`: whether the page uses `burnish web`. `choose()` asks for a port and connects. */
export function connectPanel({ box }, bridged, choose) {
  const reason = el("p", { role: "status" });
  const cable = el("button", { class: "main", onclick: () => choose().catch((error) => error.name !== "NotFoundError" && setText(reason, error.message)) }, "Connect over USB");
  const advice = bridged
    ? el("p", {}, "The page connects again by itself as soon as burnish web runs and finds the box.")
    : "serial" in navigator
      ? [el("p", {}, "Plug the box into a USB port of this computer, and choose it in the list."), cable]
      : el("p", {}, "This browser cannot use USB ports. Open the page in Chrome, Edge or a new Firefox, or start the bridge with the command ", el("code", {}, "burnish web"), " for every other browser.");
  const title = el("h2", {}, bridged ? "Connecting to the box" : "No box is connected");
  const panel = el("section", { class: "connect", "aria-label": "Connection" }, el("h1", {}, "Burnish"), title, reason, advice);
  const show = (offline) => {
    panel.hidden = !offline;
    document.documentElement.classList.toggle("offline", offline);
  };
  box.addEventListener("online", () => show(false));
  box.addEventListener("offline", (event) => {
    setText(title, "No box is connected");
    setText(reason, event.detail);
    show(true);
  });
  show(true);
  return panel;
}
