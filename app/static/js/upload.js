// Files on their way. A field with `data-most-megabytes` says at once when what was chosen is too large. A form with
// `data-uploads` sends each file in pieces, with its progress in view: a lost network, a pause, a reload or a restarted
// server cost one piece at most. Without this module the same forms send their files whole.

const PIECE = 1048576; // bytes
const WAITS = [1000, 2000, 5000, 10000]; // milliseconds before the next try after a failed one

for (const field of document.querySelectorAll("input[type=file][data-most-megabytes]")) {
  field.addEventListener("change", () => {
    const most = (file) => Number(file.type.startsWith("image/") && field.dataset.mostOfAPicture || field.dataset.mostMegabytes);
    const large = [...field.files].find((file) => file.size > most(file) * 1048576);
    field.setCustomValidity(large ? `${large.name} is larger than ${most(large)} MB. Make ${large.type.startsWith("image/") ? "it smaller" : "its pictures smaller, or save it as PDF"}.` : "");
    if (large) field.reportValidity();
  });
}

/** Tickets of what was begun, by what a file is known by: choosing it again goes on with it. */
const tickets = {
  name: (address, file) => `upload ${address} ${file.name} ${file.size} ${file.lastModified}`,
  get(address, file) {
    try { return localStorage.getItem(this.name(address, file)); } catch { return null; }
  },
  set(address, file, ticket) {
    try { ticket ? localStorage.setItem(this.name(address, file), ticket) : localStorage.removeItem(this.name(address, file)); } catch { /* begun anew, then */ }
  },
};

/** What the server will not take; the message is its sentence. */
class Refused extends Error {}

function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** One file on its way, and its line on the page. */
class Sending {
  constructor(form, list, file) {
    Object.assign(this, { form, file, address: form.dataset.uploads, received: 0, failed: 0, isPaused: false });
    this.line = list.appendChild(document.createElement("li"));
    this.said = this.line.appendChild(document.createElement("span"));
    this.said.dir = "auto";
    this.button = this.line.appendChild(document.createElement("button"));
    Object.assign(this.button, { type: "button", className: "button button-quiet", textContent: "Pause" });
    this.button.setAttribute("aria-label", `Pause ${file.name}`);
    this.button.addEventListener("click", () => this.turn());
    this.bar = this.line.appendChild(document.createElement("progress"));
    this.bar.max = file.size;
    this.bar.setAttribute("aria-label", file.name);
    this.say("waiting its turn");
  }

  say(words) {
    this.said.textContent = `${this.file.name}: ${words}`;
    this.bar.value = this.received;
  }

  /** Pause, or go on. */
  turn() {
    this.isPaused = !this.isPaused;
    this.button.textContent = this.isPaused ? "Go on" : "Pause";
    this.button.setAttribute("aria-label", `${this.button.textContent}: ${this.file.name}`);
    if (this.isPaused) {
      this.stopper?.abort();
      this.say(`paused, ${size(this.received)} of ${size(this.file.size)} are here`);
    } else {
      this.wake?.();
    }
  }

  /** All of it, however long it takes; true when it was taken. */
  async send() {
    for (;;) {
      try {
        while (this.isPaused) await this.rest();
        await this.find();
        while (this.received < this.file.size && !this.isPaused) await this.piece();
        if (this.isPaused) continue;
        return await this.end();
      } catch (error) {
        if (error instanceof Refused) return this.finish(error.message, false);
        if (!this.isPaused) {
          this.say(`no connection; ${size(this.received)} of ${size(this.file.size)} are here, and it goes on by itself`);
          await this.rest(WAITS[Math.min(this.failed++, WAITS.length - 1)]);
        }
      }
    }
  }

  /** Nothing, until the time is over, the network comes back, or somebody presses the button. */
  rest(milliseconds) {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (milliseconds) setTimeout(resolve, milliseconds);
      window.addEventListener("online", resolve, { once: true });
    });
  }

  async ask(path, options = {}) {
    this.stopper = new AbortController();
    const answer = await fetch(this.address + path, { signal: this.stopper.signal, redirect: "manual", ...options });
    if (answer.status === 422) throw new Refused((await answer.json()).refused);
    if (answer.type === "opaqueredirect" || answer.status === 403) throw new Refused("You are signed out. Sign in again in another tab, then choose it once more.");
    if (answer.status >= 500) throw new Error(answer.statusText);
    return answer;
  }

  /** Where to go on: after what has arrived of a ticket we have, else from the beginning, with a new one. */
  async find() {
    this.ticket ??= tickets.get(this.address, this.file);
    if (this.ticket) {
      const answer = await this.ask(`/${this.ticket}`, { cache: "no-store" });
      if (answer.ok) {
        this.received = Number(answer.headers.get("Upload-Offset"));
        return;
      }
    }
    const about = new URLSearchParams({ name: this.file.name, size: this.file.size });
    for (const name of ["section", "instead_of"]) {
      if (this.form.elements[name]) about.set(name, this.form.elements[name].value);
    }
    const answer = await this.ask("", { method: "POST", body: about });
    this.ticket = (await answer.json()).ticket;
    this.received = 0;
    tickets.set(this.address, this.file, this.ticket);
  }

  async piece() {
    this.say(`${size(this.received)} of ${size(this.file.size)}`);
    const answer = await this.ask(`/${this.ticket}`, {
      method: "PATCH",
      headers: { "Upload-Offset": this.received, "Content-Type": "application/offset+octet-stream" },
      body: this.file.slice(this.received, this.received + PIECE),
    });
    if (answer.status === 404) {
      this.forget();
      throw new Error("begin anew");
    }
    this.received = Number(answer.headers.get("Upload-Offset"));
    this.failed = 0;
  }

  async end() {
    this.button.hidden = true;
    this.say("here; it is being looked at");
    const answer = await this.ask(`/${this.ticket}/end`, { method: "POST" });
    if (!answer.ok) {
      this.forget();
      throw new Error("begin anew");
    }
    return this.finish("added", true);
  }

  forget() {
    tickets.set(this.address, this.file, null);
    this.ticket = null;
  }

  finish(words, isTaken) {
    this.forget();
    this.button.hidden = true;
    this.say(words);
    this.line.classList.toggle("is-refused", !isTaken);
    if (!isTaken) this.bar.remove();
    return isTaken;
  }
}

class Uploads {
  constructor(form) {
    this.form = form;
    this.list = form.querySelector("[data-sending]") ?? form.appendChild(Object.assign(document.createElement("ul"), { className: "sending" }));
    this.list.setAttribute("aria-live", "polite");
    form.addEventListener("submit", (event) => this.submit(event), true);
    if (form.matches(".drop")) this.welcome();
  }

  get fields() {
    return [...this.form.querySelectorAll("input[type=file]")];
  }

  /** Each file after the other: on bad Wi-Fi two at once are both late. */
  async submit(event) {
    const files = this.fields.flatMap((field) => [...field.files]);
    if (!files.length) return;
    event.preventDefault();
    event.stopPropagation();
    const sendings = files.map((file) => new Sending(this.form, this.list, file));
    for (const field of this.fields) field.value = "";
    window.addEventListener("beforeunload", stay);
    let isWhole = true;
    for (const sending of sendings) isWhole = (await sending.send()) && isWhole;
    window.removeEventListener("beforeunload", stay);
    if (isWhole) location.assign(location.pathname);
    else this.offerToLook();
  }

  /** Some were refused and say why: the page stays until that is read. */
  offerToLook() {
    if (this.list.querySelector("a")) return;
    const line = this.list.appendChild(document.createElement("li"));
    line.appendChild(Object.assign(document.createElement("a"), { href: location.pathname, textContent: "Show what is here now" }));
  }

  /** Files dragged onto the form are as good as chosen. */
  welcome() {
    const [field] = this.fields;
    const mark = (isOver) => this.form.classList.toggle("is-over", isOver);
    this.form.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      mark(true);
    });
    this.form.addEventListener("dragleave", () => mark(false));
    this.form.addEventListener("drop", (event) => {
      mark(false);
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

function stay(event) {
  event.preventDefault();
}

for (const form of document.querySelectorAll("form[data-uploads]")) new Uploads(form);
