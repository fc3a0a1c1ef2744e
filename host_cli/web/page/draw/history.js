// A history of meter values: a ring of fixed size, so that hours take no more memory than seconds.

export class History {
  /** `count` rows of the columns `names`. */
  constructor(names, count) {
    this.names = names;
    this.size = count;
    this.columns = new Map(names.map((name) => [name, new Float32Array(count)]));
    this.written = 0;
  }

  /** Add the present value of each column. */
  push(meters) {
    const place = this.written % this.size;
    for (const [name, column] of this.columns) column[place] = meters[name] ?? -150;
    this.written += 1;
  }

  /** Number of rows that are kept. */
  get length() {
    return Math.min(this.written, this.size);
  }

  /** The value of `name` that is `back` rows old; 0 is the newest. */
  at(name, back) {
    return this.columns.get(name)[(this.written - 1 - back + this.size) % this.size];
  }
}
