// One drawing loop for the whole page: it draws what has been marked as changed, once per displayed frame.

const dirty = new Set();
let planned = false;

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
  const now = [...dirty];
  dirty.clear();
  for (const draw of now) draw();
}
