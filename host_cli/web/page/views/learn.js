// A button that lets the box listen and set the limiter's gain for the loudness target.

import { el } from "../dom.js";
import { targetLufs } from "./target.js";

/** Milliseconds between two looks at how far the box has learnt. */
const LOOK_MS = 1000;
const RUNNING = new Set(["listening", "checking"]);

export function learnButton({ box, store }) {
  let timer = null;
  const button = el("button", { class: "toggle", "aria-pressed": "false", title: "the box listens to the music, and sets the limiter's gain for the target", onclick: press }, "Learn gain");

  async function press() {
    try {
      if (timer) show(await box.request("learn.stop"));
      else show(await box.request("learn.start", { target_lufs: Math.min(Math.max(targetLufs(), -36), -6) }));
    } catch (error) {
      store.say(error.name === "unknown_method" ? "this box is too old to learn: update its firmware" : error.message, true);
    }
  }

  function show({ phase, text }) {
    const running = RUNNING.has(phase);
    button.setAttribute("aria-pressed", String(running));
    store.say(text);
    clearTimeout(timer);
    timer = running ? setTimeout(look, LOOK_MS) : null;
  }

  async function look() {
    timer = null;
    try {
      show(await box.request("learn.state"));
    } catch (error) {
      button.setAttribute("aria-pressed", "false");
      store.say(error.message, true);
    }
  }
  return button;
}
