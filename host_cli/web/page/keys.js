// Keyboard shortcuts of the whole page. Controls have their own keys.

import { step } from "./header.js";

export function shortcuts({ store }, tabs) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.target.closest("input, textarea, select, dialog")) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") step(store, event.shiftKey ? "redo" : "undo");
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "y") step(store, "redo");
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key >= "1" && event.key <= "9") tabs.number(Number(event.key));
    else if (event.key === "b") store.act("bypass", { to: "toggle" });
    else if (event.key === "m") store.act("mute", { to: "toggle" });
    else if (event.key === "e") store.set({ "chain.match": !store.get("chain.match") });
    else if (event.key === "a") store.act("ab.select", { to: "toggle" });
    else return;
    event.preventDefault();
  });
}
