// Plot: a canvas that keeps its resolution, and axes for frequencies and levels.

import { el } from "../dom.js";
import { redraw } from "../frames.js";
import { colour, onTheme } from "./theme.js";

const GRID_HZ = [20, 30, 40, 50, 60, 70, 80, 90, 100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000, 10000, 20000]; // prettier-ignore
const LABELS = new Map([[20, "20"], [50, "50"], [100, "100"], [200, "200"], [500, "500"], [1000, "1k"], [2000, "2k"], [5000, "5k"], [10000, "10k"], [20000, "20k"]]); // prettier-ignore

/** A canvas in a frame. `paint(plot)` draws it; `label` describes it to a screen reader. */
export class Plot {
  width = 0;
  height = 0;
  /** The size of the page's text in pixels, which grows with the screen. */
  em = 14;

  constructor(label, paint) {
    this.canvas = el("canvas", { role: "img", "aria-label": label });
    this.root = el("div", { class: "plot" }, this.canvas);
    this.context = this.canvas.getContext("2d");
    this.paint = paint;
    this.run = () => this.#run();
    new ResizeObserver(() => this.#resize()).observe(this.root);
    onTheme(() => this.mark());
  }

  /** Have the plot drawn again, if it is visible. */
  mark() {
    if (this.width) redraw(this.run);
  }

  #resize() {
    const { width, height } = this.root.getBoundingClientRect();
    const ratio = Math.min(devicePixelRatio || 1, 2.5);
    this.em = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.width = width;
    this.height = height;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.mark();
  }

  #run() {
    if (!this.width) return;
    this.context.clearRect(0, 0, this.width, this.height);
    this.context.font = `${0.8 * this.em}px system-ui, sans-serif`;
    this.context.lineJoin = "round";
    this.paint(this);
  }

  line(x1, y1, x2, y2, stroke, width = 1, dash = []) {
    const { context } = this;
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
    context.strokeStyle = stroke;
    context.lineWidth = (width * this.em) / 14;
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
  }

  text(text, x, y, fill = colour("faint"), align = "left") {
    const { context } = this;
    context.textAlign = align;
    context.textBaseline = "middle";
    context.fillStyle = fill;
    context.fillText(text, x, y);
  }

  /** A curve through (x(i), y(i)) for i below `count`. `fill`: colour of the area down to `floor`. `smooth`: without
   * corners, for spectra. */
  curve(count, x, y, stroke, { width = 1.5, fill = null, floor = this.height, dash = [], smooth = false } = {}) {
    const { context } = this;
    context.beginPath();
    if (smooth && count) {
      context.moveTo(x(0), y(0));
      for (let i = 1; i < count - 1; i++) context.quadraticCurveTo(x(i), y(i), (x(i) + x(i + 1)) / 2, (y(i) + y(i + 1)) / 2);
      context.lineTo(x(count - 1), y(count - 1));
    } else for (let i = 0; i < count; i++) context[i ? "lineTo" : "moveTo"](x(i), y(i));
    if (stroke) {
      context.strokeStyle = stroke;
      context.lineWidth = (width * this.em) / 14;
      context.setLineDash(dash);
      context.stroke();
      context.setLineDash([]);
    }
    if (fill) {
      context.lineTo(x(count - 1), floor);
      context.lineTo(x(0), floor);
      context.closePath();
      context.fillStyle = fill;
      context.fill();
    }
  }
}

/** A logarithmic frequency axis from `low` to `high` Hz over the width of a plot. */
export class FrequencyAxis {
  constructor(plot, low = 20, high = 20000) {
    Object.assign(this, { plot, low, high });
    this.span = Math.log(high / low);
  }

  x(hz) {
    return (Math.log(hz / this.low) / this.span) * this.plot.width;
  }

  hz(x) {
    return this.low * Math.exp((x / this.plot.width) * this.span);
  }

  draw() {
    for (const hz of GRID_HZ) {
      const x = this.x(hz);
      if (x <= 1 || x >= this.plot.width - 1) continue;
      this.plot.line(x, 0, x, this.plot.height, colour(LABELS.has(hz) ? "grid" : "grid-fine"));
      if (LABELS.has(hz)) this.plot.text(LABELS.get(hz), x + 3, this.plot.height - 0.6 * this.plot.em);
    }
  }
}

/** A linear axis of levels from `top` to `bottom` dB over the height of a plot. */
export class LevelAxis {
  constructor(plot, top, bottom) {
    Object.assign(this, { plot, top, bottom });
  }

  y(db) {
    return ((this.top - db) / (this.top - this.bottom)) * this.plot.height;
  }

  db(y) {
    return this.top - (y / this.plot.height) * (this.top - this.bottom);
  }

  draw(step, { right = false, zero = true } = {}) {
    const { plot } = this;
    for (let db = Math.floor(this.top / step) * step; db > this.bottom; db -= step) {
      const y = this.y(db);
      if (y < 4) continue;
      plot.line(0, y, plot.width, y, colour(db === 0 && zero ? "axis" : "grid"));
      plot.text(right || db <= 0 ? `${db}` : `+${db}`, right ? plot.width - 4 : 4, y - 0.5 * plot.em, colour("faint"), right ? "right" : "left");
    }
  }
}
