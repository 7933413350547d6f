// What this device took down and the server has not answered yet. It lies in the browser's own store at once, so that a
// closed tab loses nothing; its key makes each of it one, however often it is sent.

const STORE = "plenary-waits:"; // and what waits, and the address it is sent to; js/shell.js looks for it before it signs out

export class Queue {
  /** `kind` is "check-in", or "marks" with whose they are; what waits is posted to `address`/sent. */
  constructor(kind, address) {
    this.kind = kind;
    this.address = address;
    this.store = `${STORE}${kind}:${address}`;
    this.sending = false;
  }

  /** The queues of this device in which something waits. */
  static unsent() {
    const stores = Object.keys(localStorage).filter((key) => key.startsWith(STORE));
    return stores.map((key) => {
      const [kind, ...address] = key.slice(STORE.length).split(":");
      return new Queue(kind, address.join(":"));
    });
  }

  get all() {
    return JSON.parse(localStorage.getItem(this.store) ?? "[]");
  }

  set all(waiting) {
    if (waiting.length) localStorage.setItem(this.store, JSON.stringify(waiting));
    else localStorage.removeItem(this.store);
  }

  /** Take something down; gives its key. */
  add(what) {
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
    const taken = { device_key: key.join(""), ...what };
    this.all = [...this.all, taken];
    return taken.device_key;
  }

  /** Send what waits. Gives the answers, none when nothing waits; throws, and keeps all, without an answer. */
  async send() {
    const sent = this.all.slice(0, 100);
    if (this.sending || !sent.length) return [];
    this.sending = true;
    try {
      const response = await fetch(`${this.address}/sent`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(sent),
        signal: AbortSignal.timeout(8000),
      });
      if (response.redirected || response.status === 401 || response.status === 403) throw new Error("signed out");
      if (!response.ok) throw new Error("no answer");
      const answers = await response.json();
      const answered = new Set(sent.map((one) => one.device_key));
      this.all = this.all.filter((one) => !answered.has(one.device_key));
      return answers;
    } finally {
      this.sending = false;
    }
  }
}
