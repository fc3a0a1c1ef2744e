// Starts the page: chooses the way to the box, and builds header, views and meters.

import { Box } from "./box.js";
import { connectPanel } from "./connect.js";
import { el } from "./dom.js";
import { header } from "./header.js";
import { Histories } from "./histories.js";
import { shortcuts } from "./keys.js";
import { statusLine } from "./status.js";
import { meterStrip } from "./strip.js";
import { SerialTransport, SocketTransport } from "./transport.js";
import { Spectra } from "./draw/spectra.js";
import { Store } from "./store.js";
import { Tabs } from "./tabs.js";
import { followPreset } from "./views/target.js";

/** Meter frames per second while the page is visible. */
const METERS_HZ = 30;

/** The token of the bridge from the page's address, or null: then the page uses the cable. It is taken out of the address. */
function bridgeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("t") ?? sessionStorage.getItem("token");
  if (token) {
    sessionStorage.setItem("token", token); // so that reloading the page still works
    history.replaceState(null, "", location.pathname);
  }
  return token;
}

const token = bridgeToken();
const chosen = { transport: null };
const box = new Box(async () => {
  if (token) return new SocketTransport(new URL("link", location.href).href.replace(/^http/, "ws"), token);
  const transport = chosen.transport ?? (await SerialTransport.known());
  chosen.transport = null;
  return transport;
});
const store = new Store(box);
const spectra = new Spectra(box);
const page = { box, store, spectra, histories: new Histories(box, store) };

const tabs = new Tabs(page);
document.body.append(
  el("a", { class: "skip", href: "#view" }, "Skip to the view"),
  header(page, tabs),
  el("div", { class: "middle" }, tabs.root, meterStrip(page)),
  statusLine(page),
  connectPanel(page, Boolean(token), async () => {
    chosen.transport = await SerialTransport.choose();
    box.retry();
  }),
);
shortcuts(page, tabs);
followPreset(page);
document.addEventListener("visibilitychange", () => box.setRate(document.hidden ? 0 : METERS_HZ).catch(() => {}));
navigator.serial?.addEventListener("connect", () => box.retry());
box.start();

// For measurements in tests, and for the curious in the browser's console.
globalThis.burnish = page;
