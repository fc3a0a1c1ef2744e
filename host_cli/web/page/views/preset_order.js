// The order in which the front panel offers presets: rows of the list are dragged, or moved with Alt and the arrow keys.

export class PresetOrder {
  #dragged = null;

  /** `rows()` returns the shown order; `done()` is called when the box has stored another one. */
  constructor(box, store, list, rows, done) {
    Object.assign(this, { box, store, list, rows, done });
  }

  get possible() {
    return this.box.welcome?.caps.includes("preset.order") ?? false;
  }

  /** Let the row `made` of the preset `row` be dragged. */
  attach(made, row) {
    if (!this.possible || row.error) return;
    made.draggable = true;
    made.addEventListener("dragstart", () => (this.#dragged = row.name));
    made.addEventListener("dragover", (event) => this.#dragged && event.preventDefault());
    made.addEventListener("drop", (event) => {
      event.preventDefault();
      const names = this.#names().filter((name) => name !== this.#dragged);
      names.splice(names.indexOf(row.name), 0, this.#dragged);
      this.#dragged = null;
      this.#store(names);
    });
  }

  /** Move the preset `name` by one place. */
  move(name, by) {
    if (!this.possible) return;
    const names = this.#names();
    const [from, to] = [names.indexOf(name), names.indexOf(name) + by];
    if (to < 0 || to >= names.length) return;
    names.splice(to, 0, ...names.splice(from, 1));
    this.#store(names);
  }

  #names() {
    return this.rows().filter((row) => !row.error).map((row) => row.name);
  }

  async #store(names) {
    try {
      await this.box.request("preset.order", { names });
      this.done();
    } catch (error) {
      this.store.say(error.message, true);
    }
  }
}
