// The recording of `burnish web --reference`: its curve, which a view draws behind its spectra.

import { colour } from "./theme.js";

let song = null;

/** Read reference.json once (host_cli/web/site.py); `draw` is called if there is a recording. */
export function readSong(draw) {
  fetch("reference.json")
    .then((answer) => answer.json())
    .then((found) => {
      song = found;
      if (song) draw();
    })
    .catch(() => {}); // a server that offers only the page's own files: nothing is drawn
}

/** Draw the curve and its name with the axes of a view. */
export function drawSong(plot, frequency, level) {
  if (!song) return;
  const { hz, db, name, lufs } = song;
  plot.curve(hz.length, (i) => frequency.x(hz[i]), (i) => level.y(db[i]), colour("song"), { width: 1.4, smooth: true });
  plot.text(`${name}, ${lufs} LUFS`, 0.6 * plot.em, 0.9 * plot.em, colour("song"));
}
