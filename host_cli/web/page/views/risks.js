// Whether loading a preset could harm ears or loudspeakers. It looks at the gains before the ceiling and at the ceiling itself; the
// command line looks at every band, too (firmware/presets/risks.py).

/** An increase of the broadband gain above this needs a confirmation, in dB. */
const STARTLING_DB = 6;

/** Why a change from the values `before` to the values `after` (maps by id) needs a confirmation; empty if it needs none. */
export function risk(before, after) {
  const reasons = [];
  const rise = gain(after) - gain(before);
  if (rise > STARTLING_DB) reasons.push(`raises the level by ${rise.toFixed(1)} dB before the limiter`);
  if (before.get("limiter.enabled") && !after.get("limiter.enabled")) reasons.push("takes the limiter out");
  const [low, high] = [before, after].map((values) => values.get("limiter.ceiling_dbtp"));
  if (high > low) reasons.push(`raises the ceiling from ${low.toFixed(1)} to ${high.toFixed(1)} dBTP`);
  return reasons.join(" and ");
}

function gain(values) {
  return values.get("input.trim_db") + (values.get("limiter.enabled") ? values.get("limiter.gain_db") : 0);
}
