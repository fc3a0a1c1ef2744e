// Box: a session with the box. Requests are repeated until their reply arrives; the box carries each out only once. A lost
// connection is made again without end. Docs: docs/PROTOCOL.md.
//
// Events: "online" (after `hello`), "offline" (detail: reason), "m" and "s" (new meters), "changed" (detail: params).

const PROTO = 1;
const RETRY_MS = 300;
const TIMEOUT_MS = 3000;
const LEASE_S = 5;
const RENEW_MS = 1000;
/** Shortest and longest wait between two attempts to connect, in milliseconds. */
const RECONNECT_MS = [250, 2000];

/** The box, or the connection to it, refused a request. `name` is that of the protocol's errors. */
export class Refused extends Error {
  constructor(error) {
    super(error.message);
    this.name = error.name;
    this.data = error.data ?? {};
  }
}

export class Box extends EventTarget {
  /** The reply to `hello`, while online. */
  welcome = null;
  online = false;
  /** Newest meters by name, in the unit at the end of the name. */
  meters = {};
  /** How often a connection was made, how many requests were sent, and how many notifications of changes came. */
  counts = { connections: 0, requests: 0, changes: 0, frames: 0 };

  #transport = null;
  #makeTransport;
  #nonce = "";
  #number = 0;
  #pending = new Map();
  #columns = null;
  #hz = 30;
  #wait = RECONNECT_MS[0];
  #timer = null;
  #stopped = true;
  #connecting = false;

  /** `makeTransport()` returns a new transport, or null if there is none at the moment (a promise). */
  constructor(makeTransport) {
    super();
    this.#makeTransport = makeTransport;
  }

  /** Connect, and stay connected until `stop`. */
  start() {
    this.#stopped = false;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#transport?.close();
  }

  /** Try to connect now, for example because a cable was plugged in. */
  retry() {
    if (this.#transport || this.#connecting || this.#stopped) return;
    clearTimeout(this.#timer);
    this.#wait = RECONNECT_MS[0];
    this.#connect();
  }

  get linkName() {
    return this.#transport?.name ?? "";
  }

  /** Meters and changes at up to `hz` frames per second; 0: only changes. */
  async setRate(hz) {
    this.#hz = hz;
    if (this.online) await this.#subscribe();
  }

  /** Send a request; resolves with its result. Rejects with Refused, or Error if the connection is lost. */
  request(method, params = {}) {
    if (!this.#transport) return Promise.reject(new Error("the box is not connected"));
    const id = `${this.#nonce}-${++this.#number}`;
    const message = { id, method, params };
    this.counts.requests += 1;
    return new Promise((resolve, reject) => {
      const again = () => {
        if (performance.now() - began > this.#timeoutMs) {
          this.#settle(id)?.reject(new Error(`the box did not answer to ${method}`));
        } else this.#transport?.send(message);
      };
      const began = performance.now();
      this.#pending.set(id, { resolve, reject, timer: setInterval(again, this.#retryMs) });
      this.#transport.send(message);
    });
  }

  /** All pages of a request that answers in pages: `take(result)` is called with each. */
  async pages(method, params, take) {
    let first = 0;
    while (first !== null) {
      const page = await this.request(method, { ...params, first });
      take(page);
      first = page.next;
    }
  }

  get #slow() {
    return (this.welcome?.link.bytes_per_s ?? 0) > 0;
  }

  get #retryMs() {
    return this.#slow ? 2000 : RETRY_MS;
  }

  get #timeoutMs() {
    return this.#slow ? 12000 : TIMEOUT_MS;
  }

  async #connect() {
    if (this.#connecting) return;
    this.#connecting = true;
    await this.#attempt();
    this.#connecting = false;
  }

  async #attempt() {
    let transport = null;
    try {
      transport = await this.#makeTransport();
      if (!transport) return this.#later("no box is connected");
      transport.onMessage = (message) => this.#receive(message);
      transport.onClose = (reason) => this.#lost(transport, reason);
      this.#transport = transport;
      this.#nonce = crypto.getRandomValues(new Uint32Array(2)).reduce((text, n) => text + n.toString(16), "");
      await transport.open();
      this.welcome = await this.request("hello", { proto: [PROTO], client: "burnish page" });
      this.counts.connections += 1;
      await this.#subscribe();
      this.#wait = RECONNECT_MS[0];
      this.online = true;
      this.#timer = setInterval(() => this.#renew(), RENEW_MS);
      this.dispatchEvent(new Event("online"));
    } catch (error) {
      if (this.#transport === transport) {
        this.#lost(transport, error.message);
        transport?.close();
      }
    }
  }

  #lost(transport, reason) {
    if (this.#transport !== transport) return;
    this.#transport = null;
    clearInterval(this.#timer);
    for (const id of [...this.#pending.keys()]) this.#settle(id).reject(new Error(reason));
    this.#later(reason);
  }

  #later(reason) {
    this.online = false;
    this.dispatchEvent(new CustomEvent("offline", { detail: reason }));
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(2 * this.#wait, RECONNECT_MS[1]);
  }

  async #subscribe() {
    const columns = await this.request("sub", { hz: this.#hz, ttl_s: LEASE_S, changes: true });
    this.#columns = columns;
  }

  async #renew() {
    try {
      await this.request("renew", { ttl_s: LEASE_S });
    } catch (error) {
      if (error.name === "no_lease") await this.#subscribe().catch(() => {});
    }
  }

  #settle(id) {
    const waiting = this.#pending.get(id);
    if (waiting) clearInterval(waiting.timer);
    this.#pending.delete(id);
    return waiting;
  }

  #receive(message) {
    if (message.id !== undefined) {
      if (message.result === undefined && message.error === undefined) return; // an echo of a request
      const waiting = this.#settle(message.id);
      if (message.error) waiting?.reject(new Refused(message.error));
      else waiting?.resolve(message.result);
    } else if (message.method === "m") this.#frame(message.params, this.#columns?.fast, this.#columns?.fast_per_unit, "m");
    else if (message.method === "s") this.#frame(message.params, this.#columns?.slow, this.#columns?.slow_per_unit, "s");
    else if (message.method === "changed") {
      this.counts.changes += 1;
      this.dispatchEvent(new CustomEvent("changed", { detail: message.params }));
    }
  }

  #frame(integers, names, perUnit, kind) {
    if (names?.length !== integers.length) return;
    for (let i = 0; i < names.length; i++) this.meters[names[i]] = integers[i] / perUnit[i];
    this.counts.frames += 1;
    this.dispatchEvent(new Event(kind));
  }
}
