// Switches and choices: buttons that show their state, with the keyboard of native controls.

import { el, setText } from "../dom.js";
import { shortName, words } from "../format.js";

/** A switch for the parameter `id`. */
export function toggle(store, id, scope, label = shortName(id)) {
  const param = store.param(id);
  const button = el("button", { class: "toggle", role: "switch", title: param?.help, "data-id": id, onclick: () => store.set({ [id]: !store.get(id) }) }, label);
  const show = () => button.setAttribute("aria-checked", String(Boolean(store.get(id))));
  scope.add(store.listen([id], show));
  show();
  return button;
}

/** A choice for the parameter `id` as a list that opens. */
export function select(store, id, scope, label = shortName(id)) {
  const param = store.param(id);
  const list = el(
    "select",
    { "aria-label": label, title: param.help, "data-id": id, onchange: () => store.set({ [id]: list.value }) },
    param.choices.map((word) => el("option", { value: word }, words(word))),
  );
  const show = () => (list.value = store.get(id));
  scope.add(store.listen([id], show));
  show();
  return el("label", { class: "choice" }, el("span", { class: "label" }, label), list);
}

/** A choice as a row of buttons, for few words. `on(word)` is called when one is chosen; `show(word)` marks it. */
export function buttons(label, choices, on) {
  const made = choices.map((choice) => {
    const [word, text] = Array.isArray(choice) ? choice : [choice, words(choice)];
    return el("button", { role: "radio", "data-word": word, onclick: () => on(word) }, text);
  });
  const group = el("div", { class: "buttons segmented", role: "radiogroup", "aria-label": label }, made);
  group.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = made[(made.indexOf(document.activeElement) + step + made.length) % made.length];
    next.focus();
    next.click();
  });
  const show = (word) => {
    for (const button of made) {
      const chosen = button.dataset.word === String(word);
      button.setAttribute("aria-checked", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
  };
  return { group, show };
}

/** A choice for the parameter `id` as a row of buttons. */
export function segmented(store, id, scope, label = shortName(id)) {
  const { group, show } = buttons(label, store.param(id).choices, (word) => store.set({ [id]: word }));
  group.dataset.id = id;
  const update = () => show(store.get(id));
  scope.add(store.listen([id], update));
  update();
  return el("div", { class: "choice" }, el("span", { class: "label" }, label), group);
}

/** A text that follows `read()` whenever one of `ids` changes. */
export function readout(store, ids, scope, read) {
  const text = el("span", { class: "value" });
  const show = () => setText(text, read());
  scope.add(store.listen(ids, show));
  show();
  return text;
}
