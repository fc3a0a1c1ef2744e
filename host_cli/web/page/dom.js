// Makes elements. Text is always set as text, never as markup, so a name from a preset cannot become a part of the page.

const SVG = "http://www.w3.org/2000/svg";
const SVG_TAGS = new Set(["svg", "path", "circle", "line"]);

/** An element: `el("button", {class: "a", onclick: f, "aria-label": "x"}, "text", child)`. */
export function el(tag, attributes = {}, ...children) {
  const made = SVG_TAGS.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** Set the text of an element only when it differs, which costs less. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Text without control characters and marks of direction, which could disguise a name. */
export function plainText(text) {
  return String(text).replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "");
}

/** Ask a question in a dialog; resolves with the typed text ("" without a field), or null if it was cancelled. */
export function ask(question, { field = null, action = "OK" } = {}) {
  return new Promise((resolve) => {
    const input = field === null ? null : el("input", { type: "text", maxlength: 32, value: field, "aria-label": question });
    const dialog = el(
      "dialog",
      { "aria-label": question },
      el(
        "form",
        { method: "dialog" },
        el("p", {}, question),
        input,
        el("div", { class: "buttons" }, el("button", { value: "" }, "Cancel"), el("button", { value: "yes", class: "main" }, action)),
      ),
    );
    // Enter in the field activates the first button, which would cancel.
    input?.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        dialog.close("yes");
      }
    });
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue === "yes" ? (input?.value ?? "") : null);
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
    input?.select();
  });
}
