// The colours of the style sheet, for canvases.

const dark = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set();
let known = new Map();

/** The colour `--name` of the style sheet. */
export function colour(name) {
  if (!known.has(name)) known.set(name, getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim());
  return known.get(name);
}

/** The colour of a band, from 1. */
export function bandColour(n) {
  return colour(`band-${n}`);
}

/** Call `listener` when the colours have changed. */
export function onTheme(listener) {
  listeners.add(listener);
}

dark.addEventListener("change", () => {
  known = new Map();
  for (const listener of listeners) listener();
});
