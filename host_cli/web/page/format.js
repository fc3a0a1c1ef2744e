// Values as text, and positions of values on knobs and axes.

/** The number of decimals of a parameter. */
export function decimalsOf(param) {
  return Math.max(0, -Math.floor(Math.log10(param.step) + 1e-9));
}

/** "number", "switch" or "choice". */
export function kindOf(param) {
  return param.choices?.length ? "choice" : param.unit === "switch" ? "switch" : "number";
}

/** Frequencies as people read them: 80 Hz, 1.2 kHz. */
export function hzText(hz) {
  if (hz < 1000) return `${hz < 100 ? Number(hz.toFixed(1)) : Math.round(hz)} Hz`;
  return `${Number((hz / 1000).toPrecision(3))} kHz`;
}

/** A value with its unit, for example "-1.0 dBTP". */
export function valueText(param, value) {
  if (value === undefined) return "–";
  if (kindOf(param) === "switch") return value ? "on" : "off";
  if (kindOf(param) === "choice") return words(value);
  if (param.unit === "Hz") return hzText(value);
  const sign = param.unit === "dB" && param.low < 0 && value > 0 ? "+" : "";
  return `${sign}${value.toFixed(decimalsOf(param))} ${param.unit}`.trim();
}

/** A word of the box as people read it: low_shelf → low shelf. */
export function words(text) {
  return String(text).replaceAll("_", " ");
}

/** The value of typed text, or null: "1.2k", "-3 dB". */
export function parsed(param, text) {
  const match = /^\s*([+-]?\d*[.,]?\d+)\s*(k?)/i.exec(text);
  return match ? Number(match[1].replace(",", ".")) * (match[2] ? 1000 : 1) : null;
}

/** Position of a value from 0 to 1 along its knob, and back. */
export function toPosition(param, value, high = param.high) {
  if (param.taper === "log") return Math.log(value / param.low) / Math.log(high / param.low);
  return (value - param.low) / (high - param.low);
}

export function fromPosition(param, position, high = param.high) {
  const limited = Math.min(Math.max(position, 0), 1);
  return param.taper === "log" ? param.low * (high / param.low) ** limited : param.low + limited * (high - param.low);
}

/** A level for a readout; silence is a dash. */
export function levelText(value, unit = "", silence = -100) {
  if (value === undefined || value <= silence) return "–";
  return `${value.toFixed(1)}${unit && " " + unit}`;
}

/** A short name of a parameter, from its id: "eq.b2.gain_db" → "Gain". */
export function shortName(id) {
  const name = id.split(".").at(-1).replace(/_(db|dbtp|hz|ms|pct)$/, "");
  const known = { freq: "Frequency", q: "Q", placement: "Channels", x1: "Crossover 1", x2: "Crossover 2", x3: "Crossover 3",
    x4: "Crossover 4", rms: "RMS", link: "Stereo link", wet: "Mix", mix: "Mix", mid_side: "Mid/side", dyn_threshold: "Threshold",
    dyn_ratio: "Ratio", dyn_range: "Range", dyn_attack: "Attack", dyn_release: "Release", up_threshold: "Up threshold" }; // prettier-ignore
  return known[name] ?? words(name).replace(/^./, (c) => c.toUpperCase());
}
