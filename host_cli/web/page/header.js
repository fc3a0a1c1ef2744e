// The header: preset, comparison of A, B and bypass at equal loudness, undo, and the tabs.

import { el, plainText, setText } from "./dom.js";
import { buttons } from "./widgets/choice.js";

export function header(page, tabs) {
  const { store } = page;
  const preset = el("button", { class: "preset", title: "presets", onclick: () => tabs.show("presets") });
  const ab = buttons("Edit buffer", [["a", "A"], ["b", "B"]], (to) => store.act("ab.select", { to })); // prettier-ignore
  const bypass = switchButton("Bypass", "hear the input, sample-aligned (key: B)", () => store.act("bypass", { to: "toggle" }));
  const mute = switchButton("Mute", "silence the output (key: M)", () => store.act("mute", { to: "toggle" }));
  const match = switchButton("Match", "compare bypass, A and B at equal loudness (key: E)", () => store.set({ "chain.match": !store.get("chain.match") }));
  const undo = el("button", { title: "undo (Ctrl+Z)", "aria-label": "Undo", onclick: () => step(store, "undo") }, "↶");
  const redo = el("button", { title: "redo (Ctrl+Shift+Z)", "aria-label": "Redo", onclick: () => step(store, "redo") }, "↷");
  const copy = el("button", { title: "copy the selected buffer over the other one", "aria-label": "Copy to the other buffer", onclick: () => {
    const source = store.state.ab;
    store.act("ab.copy", { source, target: source === "a" ? "b" : "a" }).then((done) => done && store.say(`buffer ${source.toUpperCase()} is copied`));
  } }, "Copy"); // prettier-ignore

  store.addEventListener("state", () => {
    const { state } = store;
    setText(preset, `${plainText(state.preset ?? "no preset")}${state.edited ? " *" : ""}`);
    preset.setAttribute("aria-label", `Preset ${plainText(state.preset ?? "none")}${state.edited ? ", edited" : ""}`);
    ab.show(state.ab);
    bypass.setAttribute("aria-checked", String(state.bypass));
    mute.setAttribute("aria-checked", String(state.mute));
    document.documentElement.classList.toggle("bypassed", state.bypass);
    document.documentElement.classList.toggle("muted", state.mute);
  });
  store.listen(["chain.match"], () => match.setAttribute("aria-checked", String(Boolean(store.get("chain.match")))));

  return el(
    "header",
    {},
    el("span", { class: "brand" }, "Burnish"),
    tabs.list,
    preset,
    ab.group,
    copy,
    bypass,
    match,
    mute,
    el("span", { class: "pair" }, undo, redo),
  );
}

/** Undo or redo a change, and say what it was. */
export async function step(store, method) {
  const done = await store.act(method);
  if (done) store.say(done.change ? `${method === "undo" ? "undone" : "redone"}: ${plainText(done.change)}` : `nothing to ${method}`);
}

function switchButton(text, title, press) {
  return el("button", { class: "toggle", role: "switch", "aria-checked": "false", title, onclick: press }, text);
}
