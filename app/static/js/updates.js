// The desk saves by itself: after a pause in typing, each changed piece (a section, an answer, a commitment) goes to
// the same address as the Save button, one after the other. Without this module, Save saves everything.

const PAUSE = 1500; // milliseconds without a keystroke

/** The fields of a piece, as the form would send them. */
function fields(piece) {
  const form = new FormData();
  for (const field of piece.querySelectorAll("textarea, input, select")) {
    if (field.type !== "radio" || field.checked) form.append(field.name, field.value);
  }
  return form;
}

function text(piece) {
  return new URLSearchParams(fields(piece)).toString();
}

/** An answer without a state, or a commitment without its words or date, is not ready to be saved by itself; another
    commitment is only added by the button, so that a pause in typing does not add half of one. */
function isReady(piece) {
  if (piece.dataset.piece === "new") return false;
  if (piece.dataset.piece === "answer") return piece.querySelector("input:checked") !== null;
  if (piece.dataset.piece === "promise") return [...piece.querySelectorAll("textarea, input")].every((field) => field.value);
  return true;
}

class Desk {
  constructor(form) {
    this.form = form;
    this.said = document.getElementById("saved");
    this.kept = new Map();
    this.timer = 0;
    this.saving = Promise.resolve();
    for (const piece of form.querySelectorAll("[data-piece]")) this.kept.set(piece, text(piece));
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("beforeunload", (event) => {
      if (!this.isLeaving && this.waiting().length) event.preventDefault();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") this.save();
    });
  }

  /** A save on its way is waited for: the form would otherwise be stale beside its own last piece. */
  async submit(event) {
    clearTimeout(this.timer);
    this.isLeaving = true;
    if (!this.isSending) return;
    event.preventDefault();
    event.stopPropagation();
    await this.saving;
    this.form.requestSubmit(event.submitter);
  }

  /** Pieces whose words are not on the server yet. */
  waiting() {
    return [...this.kept.keys()].filter((piece) => text(piece) !== this.kept.get(piece));
  }

  changed(field) {
    const piece = field.closest("[data-piece]");
    const count = piece?.querySelector("[data-words]");
    if (count && field.matches("textarea")) {
      count.textContent = (field.value.match(/[\p{L}\p{N}]+(?:[’'.,-][\p{L}\p{N}]+)*/gu) ?? []).length;
    }
    this.say("Not saved yet");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  save() {
    clearTimeout(this.timer);
    this.saving = this.saving.then(async () => {
      for (const piece of this.waiting().filter(isReady)) await this.send(piece);
    });
    return this.saving;
  }

  async send(piece) {
    const sent = text(piece);
    this.isSending = true;
    try {
      const answer = await fetch(this.form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(fields(piece)),
        keepalive: sent.length < 60000,
      });
      if (!answer.headers.get("content-type")?.includes("json")) throw new Error("not signed in");
      this.heard(piece, sent, await answer.json());
    } catch {
      this.say("Not saved: no connection, or you are signed out. Your text is still here; it is tried again as you write.");
    } finally {
      this.isSending = false;
    }
  }

  heard(piece, sent, answer) {
    const trouble = answer.refused ?? Object.values(answer.troubles ?? {})[0];
    if (trouble) {
      this.say(trouble);
      return;
    }
    for (const [slug, revision] of Object.entries(answer.revisions)) {
      const field = this.form.elements[`revision-${slug}`];
      sent = sent.replace(`revision-${slug}=${field.value}`, `revision-${slug}=${revision}`);
      field.value = revision;
    }
    this.kept.set(piece, sent);
    this.say(this.waiting().length ? "Saving…" : `Saved ${answer.at}`);
  }

  say(words) {
    if (this.said.textContent !== words) this.said.textContent = words;
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Desk(form);
