// Log and health: facts and counters of the box, the state of the connection, and the newest lines of its log.

import { el, plainText, setText } from "../dom.js";
import { words } from "../format.js";

/** Milliseconds between two looks at the log. */
const LOOK_MS = 2000;
/** Most lines that are kept on the page. */
const MOST_LINES = 500;
/** Counters that should stay at 0. */
const WORRIES = new Set(["xruns", "overloads", "bad_blocks", "link_junk_lines", "link_dropped_replies"]);

export function healthView({ box, store }) {
  const facts = el("dl", { class: "facts-list" });
  const counters = el("dl", { class: "facts-list" });
  const connection = el("dl", { class: "facts-list" });
  const lines = el("ol", { class: "log", tabindex: 0, "aria-label": "Log of the box" });
  const search = el("input", { type: "search", placeholder: "filter the log", "aria-label": "Filter the log", oninput: () => filter() });
  let next = 0;
  let timer = null;
  const root = el(
    "div",
    { class: "view health" },
    el("div", { class: "cards" }, card("Box", facts), card("Counters", counters), card("Connection", connection)),
    el("div", { class: "toolbar" }, el("h3", {}, "Log"), search),
    lines,
  );
  store.addEventListener("state", () => root.isConnected && show());
  box.addEventListener("online", () => (next = 0));

  function show() {
    list(facts, store.info);
    list(counters, store.counters, (name, value) => WORRIES.has(name) && value > 0);
    const { link, fw, proto } = box.welcome ?? {};
    list(connection, { through: box.linkName, firmware: fw, protocol: proto, link: link?.kind, connections: box.counts.connections, requests: box.counts.requests, meter_frames: box.counts.frames });
  }

  async function look() {
    try {
      await store.readState();
      const first = next;
      const page = await box.request("log", { first });
      if (first === 0) lines.replaceChildren();
      next = page.next;
      const follows = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 20;
      for (const line of page.lines) lines.append(entry(line));
      while (lines.childElementCount > MOST_LINES) lines.firstElementChild.remove();
      filter();
      if (follows) lines.scrollTop = lines.scrollHeight;
    } catch {
      // the connection is lost; the next look tries again
    }
  }

  function entry(line) {
    const level = / (WARNING|ERROR|CRITICAL) /.exec(line)?.[1];
    return el("li", { class: level ? "failed" : null }, plainText(line));
  }

  function filter() {
    const wanted = search.value.toLowerCase();
    for (const line of lines.children) line.hidden = !line.textContent.toLowerCase().includes(wanted);
  }

  return {
    root,
    show() {
      look();
      show();
      timer = setInterval(look, LOOK_MS);
    },
    hide: () => clearInterval(timer),
  };
}

function card(heading, content) {
  return el("section", { class: "group", "aria-label": heading }, el("h3", {}, heading), content);
}

const UNITS = { hz: "Hz", pct: "%", mb: "MB", ms: "ms", s: "s" };

/** A name with its unit: rate_hz → "rate, Hz". */
function title(name) {
  const [, rest, unit] = /^(.+)_([a-z]+)$/.exec(name) ?? [];
  return UNITS[unit] ? `${words(rest)}, ${UNITS[unit]}` : words(name);
}

function fact(value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  return typeof value === "number" && !Number.isInteger(value) ? value.toFixed(1) : plainText(value);
}

/** Show `values` as terms and values; existing elements are used again. */
function list(into, values, worry = () => false) {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined && typeof value !== "object");
  while (into.childElementCount > 2 * entries.length) into.lastElementChild.remove();
  while (into.childElementCount < 2 * entries.length) into.append(el("dt"), el("dd", { class: "value" }));
  entries.forEach(([name, value], i) => {
    setText(into.children[2 * i], title(name));
    const shown = into.children[2 * i + 1];
    setText(shown, fact(value));
    shown.classList.toggle("over", worry(name, value));
  });
}
