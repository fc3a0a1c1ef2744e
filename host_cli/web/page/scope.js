// Scope: what must be undone when a part of the page is replaced, so that nothing piles up over hours.

export class Scope {
  #undo = [];

  add(undo) {
    this.#undo.push(undo);
    return undo;
  }

  clear() {
    while (this.#undo.length) this.#undo.pop()();
  }
}
