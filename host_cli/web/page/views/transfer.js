// Draws a static transfer curve: level of the output over level of the input.

import { LevelAxis } from "../draw/plot.js";
import { colour } from "../draw/theme.js";

const TOP_DB = 0;
const BOTTOM_DB = -60;

/** Draw `out_db` over `in_db` into `plot`. `inDb` undefined: the box has no such curve yet. */
export function paintTransfer(plot, inDb, outDb, stroke, top = TOP_DB) {
  const y = new LevelAxis(plot, top, BOTTOM_DB);
  y.draw(12);
  const x = (db) => ((db - BOTTOM_DB) / (top - BOTTOM_DB)) * plot.width;
  for (let db = -48; db <= top; db += 12) plot.line(x(db), 0, x(db), plot.height, colour("grid-fine"));
  plot.line(x(BOTTOM_DB), y.y(BOTTOM_DB), x(top), y.y(top), colour("axis"));
  if (!inDb?.length || outDb?.length !== inDb.length) return;
  plot.curve(inDb.length, (i) => x(inDb[i]), (i) => y.y(outDb[i]), stroke, { width: 2.2 });
}
