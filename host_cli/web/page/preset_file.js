// Preset files of the box: fetched and stored in chunks, and read as far as the page needs it. The box writes them in one canonical
// form of TOML: tables, and one `key = value` per line (firmware/presets/document.py).

/** The text of a preset on the box, or of an edit buffer ("@a", "@b", "@current"). */
export async function fetchPreset(box, name) {
  const offer = await box.request("fetch.begin", { kind: "preset", name });
  const bytes = new Uint8Array(offer.size);
  for (let off = 0; off < offer.size; off += offer.chunk) {
    const { b64 } = await box.request("fetch.chunk", { h: offer.h, off });
    bytes.set(Uint8Array.from(atob(b64), (c) => c.charCodeAt(0)), off);
  }
  if ((await digest(bytes)) !== offer.sha256) throw new Error(`${name} was damaged on the way: try again`);
  return new TextDecoder().decode(bytes);
}

/** Store the text of a preset on the box. */
export async function storePreset(box, name, text, overwrite) {
  const bytes = new TextEncoder().encode(text);
  const put = await box.request("put.begin", { kind: "preset", name, size: bytes.length, sha256: await digest(bytes) });
  for (let off = 0; off < bytes.length; off += put.chunk) {
    const b64 = btoa(String.fromCharCode(...bytes.subarray(off, off + put.chunk)));
    await box.request("put.chunk", { h: put.h, off, b64 });
  }
  return box.request("put.end", { h: put.h, overwrite });
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The tables of a preset: {meta: {name, notes}, "eq.b1": {gain_db: 1}}. Values that are no numbers, texts or true/false are left out. */
export function parsePreset(text) {
  const tables = {};
  let table = (tables[""] = {});
  for (const line of text.split("\n")) {
    const head = /^\[([\w.]+)\]\s*$/.exec(line);
    const pair = /^(\w+) = (.+)$/.exec(line);
    if (head) table = tables[head[1]] = {};
    else if (pair) {
      const value = scalar(pair[2]);
      if (value !== undefined) table[pair[1]] = value;
    }
  }
  return tables;
}

function scalar(text) {
  try {
    const json = text.replace(/\\U([0-9a-fA-F]{8})/g, (_, code) => String.fromCodePoint(parseInt(code, 16)));
    const value = JSON.parse(json);
    return typeof value === "object" ? undefined : value;
  } catch {
    return undefined;
  }
}

/** The tables of a preset on the box. */
export async function readPreset(box, name) {
  return parsePreset(await fetchPreset(box, name));
}

/** The parameters of a preset by id. */
export function parametersOf(tables) {
  const found = new Map();
  for (const [table, pairs] of Object.entries(tables)) {
    if (["", "meta", "target"].includes(table) || table.startsWith("x_")) continue;
    for (const [key, value] of Object.entries(pairs)) found.set(`${table}.${key}`, value);
  }
  return found;
}

/** The text of a preset with other notes. */
export function withNotes(text, notes) {
  const lines = text.split("\n");
  const meta = lines.indexOf("[meta]");
  let end = lines.findIndex((line, i) => i > meta && line.startsWith("["));
  if (end < 0) end = lines.length;
  const kept = lines.filter((line, i) => !(i > meta && i < end && line.startsWith("notes = ")));
  kept.splice(meta + 1, 0, `notes = ${JSON.stringify(notes)}`);
  return kept.join("\n");
}
