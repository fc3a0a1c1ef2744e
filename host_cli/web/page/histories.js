// The histories that views draw. They are recorded from the moment the page is open, so a view shows what was before it.

import { History } from "./draw/history.js";

/** The limiter: 20 s at the rate of the fast meters. The slow meters: 10 minutes. */
export const FAST_HZ = 30;
export const FAST_SECONDS = 20;
export const SLOW_HZ = 2;
export const SLOW_SECONDS = 600;
/** The histogram: lowest and highest loudness in LUFS, in steps of 1 LU. */
export const HISTOGRAM_LUFS = [-50, 0];

export class Histories {
  fast = new History(["in_peak", "out_tp", "gr_limiter_db"], FAST_HZ * FAST_SECONDS);
  slow = new History(["out_momentary_lufs", "out_short_lufs", "out_integrated_lufs", "in_correlation", "out_correlation"], SLOW_HZ * SLOW_SECONDS);
  /** How often the output had each momentary loudness, since the measurement began. */
  histogram = new Float32Array(HISTOGRAM_LUFS[1] - HISTOGRAM_LUFS[0]);
  #row = { in_peak: 0, out_tp: 0, gr_limiter_db: 0 };
  #epoch = null;

  constructor(box, store) {
    box.addEventListener("m", () => this.#pushFast(box.meters));
    box.addEventListener("s", () => {
      this.slow.push(box.meters);
      this.#count(box.meters.out_momentary_lufs, store);
    });
  }

  #pushFast(meters) {
    this.#row.in_peak = Math.max(meters.in_peak_l_dbfs, meters.in_peak_r_dbfs);
    this.#row.out_tp = Math.max(meters.out_tp_l_dbtp, meters.out_tp_r_dbtp);
    this.#row.gr_limiter_db = meters.gr_limiter_db;
    this.fast.push(this.#row);
  }

  #count(lufs, store) {
    if (this.#epoch !== store.get("meter.epoch")) {
      this.#epoch = store.get("meter.epoch");
      this.histogram.fill(0);
    }
    const [low, high] = HISTOGRAM_LUFS;
    if (lufs > low && lufs < high && store.get("meter.running")) this.histogram[Math.floor(lufs - low)] += 1;
  }
}
