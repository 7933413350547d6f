// What was typed at a desk and is not on the server yet lies in this browser's own store at once, so that a crash, a closed
// laptop, a tunnel or an expired sign-in loses nothing. It is one person's and one update's, and is cleared at sign-out.
// What was saved stays here until a page newer than the save is seen: a page kept for a lost network is older than it.

const STORE = "plenary-writing:"; // and the person, and the address of the draft; js/shell.js looks for it before it signs out

export class Device {
  constructor(address, person) {
    this.address = address;
    this.person = person;
    this.store = `${STORE}${person}:${address}`;
  }

  /** The desks of this device at which something was typed that is not saved. */
  static unsent() {
    const stores = Object.keys(localStorage).filter((key) => key.startsWith(STORE));
    const desks = stores.map((key) => {
      const [person, ...address] = key.slice(STORE.length).split(":");
      return new Device(address.join(":"), person);
    });
    return desks.filter((desk) => desk.waiting.length);
  }

  /** By piece: {sent: its fields as the form would send them, typed: what of them a person typed, saved: null, or the
      program's revision by which it was saved}. */
  get all() {
    return JSON.parse(localStorage.getItem(this.store) ?? "{}");
  }

  get waiting() {
    return Object.entries(this.all).filter(([, entry]) => entry.saved === null);
  }

  /** Resolves nothing: a full or forbidden store gives false, and the page then warns before it is left. */
  keep(piece, entry) {
    return this.#write({ ...this.all, [piece]: entry });
  }

  drop(piece) {
    const { [piece]: _, ...others } = this.all;
    return this.#write(others);
  }

  #write(all) {
    try {
      if (Object.keys(all).length) localStorage.setItem(this.store, JSON.stringify(all));
      else localStorage.removeItem(this.store);
      return true;
    } catch {
      return false;
    }
  }

  /** Send what waits, without a desk open: before the device is cleared. Says how many pieces could not be saved. */
  async sendAll() {
    for (const [piece, entry] of this.waiting) {
      try {
        await post(this.address, new URLSearchParams(entry.sent), this.person);
        this.drop(piece);
      } catch {
        // it is counted below
      }
    }
    return this.waiting.length;
  }
}

const PATIENCE = 12_000; // milliseconds; a train's network rather hangs than fails

/** Post fields to a draft. Gives {status, answer}; throws "signed out" or "no answer". */
export async function post(address, fields, person, more = {}) {
  fields.set("by", person);
  const response = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json" },
    body: fields,
    signal: AbortSignal.timeout(PATIENCE),
    ...more,
  });
  if (response.redirected || [401, 403].includes(response.status)) throw new Error("signed out");
  if (response.status >= 500 || !response.headers.get("content-type")?.includes("json")) throw new Error("no answer");
  const answer = await response.json();
  return { status: response.status, answer };
}
