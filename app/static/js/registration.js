// The registration saves by itself: after a pause in typing each piece that changed goes to where its form keeps it, one
// after the other, and the sessions are marked by the hours as they are typed. Without this module the buttons do both.

const PAUSE = 700; // milliseconds without a keystroke
const AGAIN = 8000; // until what was not saved is tried once more
const SLOW = 8000; // after which an answer is waited for no longer
const LEAVING = 2500; // the same for who has pressed a button: the form that is sent then says it all

/** What a piece holds, as the form would send it. */
function fields(piece) {
  const sent = new URLSearchParams();
  for (const field of piece.querySelectorAll("input:not([type=file]), textarea, select")) {
    if (!["radio", "checkbox"].includes(field.type) || field.checked) sent.append(field.name, field.value);
  }
  return sent;
}

/** The same without the mark, which changes by saving. */
function typed(piece) {
  const sent = fields(piece);
  sent.delete("asks");
  return sent.toString();
}

/** The hidden field that says what a piece held. */
function mark(piece) {
  return piece.querySelector('[name="asks"]');
}

class Draft {
  constructor(form) {
    this.form = form;
    this.said = form.querySelector("[data-kept]");
    this.kept = new Map();
    this.sending = Promise.resolve();
    for (const piece of form.querySelectorAll("[data-piece]")) this.kept.set(piece, typed(piece));
    for (const one of form.querySelectorAll("[data-scriptless]")) one.hidden = true;
    for (const one of form.querySelectorAll("[data-scripted]")) one.hidden = false;
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.save());
    window.addEventListener("beforeunload", (event) => {
      if (!this.isLeaving && form.dataset.keeps && this.waiting().length) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.save();
    });
  }

  /** A save on its way is waited for, but not for long: of a piece that had no answer by then nobody knows what is on
   * record, so that it is sent as one that holds whatever stands in it. */
  async submit(event) {
    clearTimeout(this.timer);
    this.isLeaving = true;
    if (!this.onItsWay) return;
    event.preventDefault();
    await Promise.race([this.sending, new Promise((go) => setTimeout(go, LEAVING))]);
    if (this.onItsWay) mark(this.onItsWay).value = this.onItsWay.dataset.piece;
    this.onItsWay = null;
    this.form.requestSubmit(event.submitter);
  }

  waiting() {
    return [...this.kept.keys()].filter((piece) => typed(piece) !== this.kept.get(piece));
  }

  changed(field) {
    const piece = field.closest("[data-piece]");
    if (!piece) return;
    clearTimeout(this.timer);
    if (piece.dataset.piece === "presence") this.hours = piece;
    this.timer = setTimeout(() => this.rested(), PAUSE);
  }

  rested() {
    if (this.hours) this.draw(this.hours);
    this.hours = null;
    this.save();
  }

  save() {
    clearTimeout(this.timer);
    if (!this.form.dataset.keeps || this.isLeaving) return;
    this.sending = this.sending.then(async () => {
      for (const piece of this.waiting()) if (!this.isLeaving) await this.send(piece);
    });
  }

  async send(piece) {
    const sent = typed(piece);
    this.onItsWay = piece;
    try {
      const answer = await fetch(this.form.dataset.keeps, {
        method: "POST",
        body: fields(piece),
        keepalive: true,
        headers: { Accept: "application/json" },
        signal: AbortSignal.timeout(SLOW),
      });
      if (!answer.headers.get("content-type")?.includes("json")) throw new Error("signed out");
      this.heard(piece, sent, await answer.json());
    } catch (error) {
      const why = error.name === "TimeoutError" ? "no answer yet" : "no network, or you are signed out";
      this.say(`Not saved: ${why}. It is kept here and tried again.`, true);
      this.timer = setTimeout(() => this.save(), AGAIN);
    } finally {
      this.onItsWay = null;
    }
  }

  heard(piece, sent, answer) {
    const trouble = Object.values(answer.errors ?? {})[0];
    this.trouble(piece, trouble);
    if (trouble || !answer.marks) return this.say(`Not saved: ${trouble ?? answer.detail}`, true);
    for (const said of Object.values(answer.marks)) mark(piece).value = said;
    for (const [name, words] of Object.entries(answer.gaps ?? {})) {
      for (const line of document.querySelectorAll(`[data-gap="${name}"]`)) line.textContent = words;
    }
    this.kept.set(piece, sent);
    const now = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
    return this.say(`Saved ${now}`);
  }

  /** What cannot be kept is said where it was typed. */
  trouble(piece, sentence) {
    piece.querySelector("[data-trouble]")?.remove();
    if (!sentence) return;
    const line = document.createElement("p");
    line.className = "field-error";
    line.dataset.trouble = "";
    line.textContent = sentence;
    piece.append(line);
  }

  /** The sessions, in and out by the hours as they stand in the form. */
  async draw(piece) {
    const answer = await fetch(this.form.dataset.stays, { method: "POST", body: fields(piece) }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const drawn = page.getElementById("sessions");
    if (drawn) document.getElementById("sessions").replaceChildren(...drawn.childNodes);
  }

  say(words, isTrouble = false) {
    this.said.classList.toggle("kept-trouble", isTrouble);
    if (this.said.textContent !== words) this.said.textContent = words;
  }
}

for (const form of document.querySelectorAll("form[data-keeps], form[data-stays]")) new Draft(form);
