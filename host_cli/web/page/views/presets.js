// Presets: the library of the box with search and tags, comparison with the edit buffers, notes, and the order on the front panel.

import { ask, el, plainText, setText } from "../dom.js";
import { valueText } from "../format.js";
import { fetchPreset, parametersOf, parsePreset, storePreset, withNotes } from "../preset_file.js";
import { PresetOrder } from "./preset_order.js";
import { risk } from "./risks.js";

const COMPARED = [["@current", "current sound"], ["@a", "buffer A"], ["@b", "buffer B"]]; // prettier-ignore

export function presetsView({ box, store }) {
  let rows = [];
  let chosen = null;
  let wantedName = null;
  let chosenText = "";
  let request = 0;
  const search = el("input", { type: "search", placeholder: "search names and tags", "aria-label": "Search presets", oninput: () => showList() });
  const list = el("ul", { class: "library", role: "listbox", "aria-label": "Presets" });
  const name = el("h2", {}, "No preset is chosen");
  const tags = el("p", { class: "tags" });
  const notes = el("textarea", { rows: 3, maxlength: 2000, "aria-label": "Notes", placeholder: "notes" });
  const saveNotes = button("Save notes", async () => {
    await storePreset(box, chosen.name, withNotes(chosenText, notes.value), true);
    store.say(`the notes of ${plainText(chosen.name)} are saved`);
  });
  const against = el("select", { "aria-label": "Compare with", onchange: () => showDifferences() });
  const differences = el("tbody");
  const [there, here] = [el("th", { scope: "col" }), el("th", { scope: "col" })];
  const load = button("Load", loadChosen, "main");
  const actions = {
    rename: button("Rename", async () => {
      const to = await ask(`New name of ${plainText(chosen.name)}`, { field: chosen.name, action: "Rename" });
      if (to) await change("preset.rename", { name: chosen.name, to }, to);
    }),
    copy: button("Duplicate", async () => {
      const to = await ask(`Name of the copy of ${plainText(chosen.name)}`, { field: chosen.name, action: "Duplicate" });
      if (to) await change("preset.copy", { name: chosen.name, to }, to);
    }),
    remove: button("Delete", async () => {
      if ((await ask(`Delete ${plainText(chosen.name)}? This cannot be undone.`, { action: "Delete" })) !== null) await change("preset.delete", { name: chosen.name }, null);
    }),
  };
  const order = new PresetOrder(box, store, list, () => rows, () => read());
  const detail = el(
    "section",
    { class: "group detail", "aria-label": "Chosen preset" },
    name,
    tags,
    el("div", { class: "toolbar" }, load, Object.values(actions)),
    notes,
    saveNotes,
    el("label", { class: "choice" }, el("span", { class: "label" }, "Differences from"), against),
    el("div", { class: "scroll" }, el("table", { class: "differences" }, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Parameter"), there, here)), differences)),
  );
  const root = el(
    "div",
    { class: "view presets" },
    el("div", { class: "toolbar" }, search, button("Save", save), button("Save as …", saveAs)),
    el("div", { class: "side-by-side" }, list, detail),
  );

  function button(text, act, kind = "") {
    return el("button", { class: kind, onclick: () => Promise.resolve(act()).catch((error) => store.say(error.message, true)) }, text);
  }

  async function loadChosen() {
    const { name } = chosen;
    const reason = risk(store.values, parametersOf(parsePreset(await fetchPreset(box, name))));
    if (reason && (await ask(`${plainText(name)} ${reason}. Load it?`, { action: "Load" })) === null) return;
    await store.act("preset.load", { name });
  }

  async function change(method, params, then) {
    await box.request(method, params);
    await read(then);
  }

  async function save() {
    const row = rows.find((entry) => entry.name === store.state.preset);
    if (!row || row.factory) return saveAs();
    await box.request("preset.save", { name: row.name, overwrite: true });
    store.say(`${plainText(row.name)} is saved`);
    await read(row.name);
  }

  async function saveAs() {
    const wanted = await ask("Name of the preset", { field: store.state.preset ?? "", action: "Save" });
    if (!wanted) return;
    const exists = rows.some((row) => row.name.toLowerCase() === wanted.toLowerCase());
    if (exists && (await ask(`Replace ${plainText(wanted)}?`, { action: "Replace" })) === null) return;
    const saved = await box.request("preset.save", { name: wanted, overwrite: exists });
    store.say(`${plainText(saved.name)} is saved`);
    await read(saved.name);
  }

  /** Read the library again, and choose the preset `then`. */
  async function read(then = wantedName) {
    wantedName = then;
    const found = [];
    await box.pages("preset.list", {}, (page) => found.push(...page.presets));
    rows = found;
    const options = [...COMPARED, ...rows.filter((row) => !row.error).map((row) => [row.name, row.name])];
    const kept = against.value || "@current";
    against.replaceChildren(...options.map(([value, text]) => el("option", { value }, plainText(text))));
    against.value = options.some(([value]) => value === kept) ? kept : "@current";
    showList();
    await choose(rows.find((row) => row.name === (wantedName ?? store.state.preset)) ?? rows[0] ?? null);
  }

  function showList() {
    const wanted = search.value.toLowerCase();
    const shown = rows.filter((row) => `${row.name} ${row.tags.join(" ")}`.toLowerCase().includes(wanted));
    list.replaceChildren(...shown.map((row) => item(row, shown)));
    if (!shown.length) list.append(el("li", { class: "label" }, "No preset contains this text."));
  }

  function item(row, shown) {
    const made = el(
      "li",
      { role: "option", tabindex: row === chosen ? 0 : -1, "aria-selected": String(row === chosen), "data-name": row.name },
      el("span", { class: "name" }, plainText(row.name)),
      row.factory ? el("span", { class: "label" }, "factory") : null,
      row.name === store.state.preset ? el("span", { class: "label loaded" }, store.state.edited ? "loaded, edited" : "loaded") : null,
      row.error ? el("span", { class: "over" }, "damaged") : el("span", { class: "label tags" }, row.tags.map(plainText).join(", ")),
    );
    made.addEventListener("click", () => choose(row));
    made.addEventListener("dblclick", () => load.click());
    made.addEventListener("keydown", (event) => key(event, row, shown));
    order.attach(made, row);
    return made;
  }

  async function key(event, row, shown) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && event.altKey) order.move(row.name, step);
    else if (step) {
      const next = shown[shown.indexOf(row) + step];
      if (next) await choose(next, true);
    } else if (event.key === "Enter") load.click();
    else return;
    event.preventDefault();
  }

  async function choose(row, focus = false) {
    chosen = row;
    wantedName = row?.name ?? null;
    for (const made of list.children) {
      const mine = row !== null && made.dataset.name === row.name;
      made.setAttribute("aria-selected", String(mine));
      made.tabIndex = mine ? 0 : -1;
      if (mine && focus) made.focus();
    }
    const user = row !== null && !row.factory;
    for (const [made, enabled] of [[load, row && !row.error], [actions.rename, user], [actions.copy, row && !row.error], [actions.remove, user], [saveNotes, user && !row.error]]) made.disabled = !enabled;
    notes.readOnly = !user;
    setText(name, plainText(row?.name ?? "No preset is chosen"));
    setText(tags, row ? [row.factory ? "factory preset" : "user preset", ...row.tags].map(plainText).join(" · ") : "");
    chosenText = "";
    if (!row || row.error) {
      notes.value = row ? plainText(row.error) : "";
      differences.replaceChildren();
      return;
    }
    const mine = ++request;
    const text = await fetchPreset(box, row.name);
    if (mine !== request) return; // another preset has been chosen meanwhile
    chosenText = text;
    notes.value = parsePreset(text).meta?.notes ?? "";
    await showDifferences();
  }

  async function showDifferences() {
    if (!chosenText) return;
    const mine = parametersOf(parsePreset(chosenText));
    const other = parametersOf(parsePreset(await fetchPreset(box, against.value)));
    setText(there, against.selectedOptions[0]?.textContent ?? "");
    setText(here, plainText(chosen.name));
    const rows = [...mine].filter(([id, value]) => other.get(id) !== value);
    differences.replaceChildren(...rows.map(([id, value]) => el("tr", {}, el("th", { scope: "row" }, id), el("td", { class: "value" }, shown(id, other.get(id))), el("td", { class: "value" }, shown(id, value)))));
    if (!rows.length) differences.append(el("tr", {}, el("td", { colspan: 3 }, "They sound the same.")));
  }

  function shown(id, value) {
    const param = store.param(id);
    return param ? valueText(param, value) : plainText(value);
  }

  const again = () => root.isConnected && read().catch((error) => store.say(error.message, true));
  store.addEventListener("library", again);
  return { root, show: () => read().catch((error) => store.say(error.message, true)), hide() {} };
}
