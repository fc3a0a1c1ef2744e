// One drawing loop for the whole page: it draws what has been marked as changed, once per displayed frame.

const dirty = new Set();
let planned = false;
/** How many frames were drawn, and the time of each of the last ones in milliseconds, for measurements. */
export const drawn = { frames: 0, longest_ms: 0 };

/** Have `draw()` called once before the next displayed frame. */
export function redraw(draw) {
  dirty.add(draw);
  if (!planned) {
    planned = true;
    requestAnimationFrame(run);
  }
}

function run() {
  planned = false;
  const began = performance.now();
  const now = [...dirty];
  dirty.clear();
  for (const draw of now) draw();
  drawn.frames += 1;
  drawn.longest_ms = Math.max(drawn.longest_ms, performance.now() - began);
}
