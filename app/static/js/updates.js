// The desk saves by itself: after a pause in typing each changed piece (a section, an answer, a number, a commitment) goes to
// the address of the Save button, one after the other; until it is there it lies on this device (writing-device.js). What
// others save appears where nobody types. Without this module, Save saves everything.

import { keep } from "./keep.js";
import { Device, post } from "./writing-device.js";
import { equip, put, renew } from "./writing-text.js";
import { Together } from "./writing-together.js";

const PAUSE = 1200; // milliseconds without a keystroke
const AGAIN = [2000, 4000, 8000, 15_000]; // until what found no answer is sent once more
const LARGE = 60_000; // characters that a browser sends after its page is gone

const isOfForm = /^(?:was|revision|upon)-/; // fields that say upon what was typed, and that nobody types

/** The fields of a piece, as the form would send them; or as the server drew them. */
function fields(piece, form, asDrawn = false) {
  const sent = new URLSearchParams();
  for (const field of piece.querySelectorAll("textarea, input, select")) {
    if (field.form !== form || (field.type === "radio" && !(asDrawn ? field.defaultChecked : field.checked))) continue;
    const drawn = () => (field.options ? ([...field.options].find((one) => one.defaultSelected) ?? field.options[0])?.value : field.defaultValue);
    sent.append(field.name, (field.type === "radio" || !asDrawn ? field.value : drawn()) ?? "");
  }
  return sent;
}

class Desk {
  constructor(form) {
    this.form = form;
    this.said = document.getElementById("saved");
    this.device = new Device(new URL(form.action).pathname, form.dataset.me);
    this.shown = Number(form.dataset.revision); // the program's revision that the page shows
    this.kept = new Map(); // by piece: what of it is on the server
    this.held = new Map(); // by piece: what the server would not take, which is not sent again by itself
    this.sending = Promise.resolve();
    this.tries = 0;
    this.answers = 0; // how often the server has said what it has: a page that was asked for before that tells less
    // What stands there may be typed already, before this module came: it is compared with what was drawn.
    for (const piece of this.pieces) this.kept.set(piece.dataset.piece, this.typed(piece, true));
    for (const toolbar of form.querySelectorAll("[data-toolbar]")) equip(toolbar);
    form.addEventListener("input", (event) => this.changed(event.target));
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.save());
    window.addEventListener("focus", () => {
      this.held.clear(); // who was signed out, or signed in as somebody else, may be back
      if (this.waiting().length) this.save();
    });
    window.addEventListener("pagehide", () => this.leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.leave());
    window.addEventListener("beforeunload", (event) => {
      if (this.isUnkept && !this.isLeaving && this.waiting().length) event.preventDefault();
    });
    for (const piece of this.waiting()) this.changed(piece);
    this.restore();
    this.together = new Together(this);
  }

  get pieces() {
    return [...this.form.querySelectorAll("[data-piece]")];
  }

  piece(name) {
    return this.form.querySelector(`[data-piece="${CSS.escape(name)}"]`);
  }

  /** Whether it adds something, which only a button does. */
  isNew(piece) {
    return /^(?:text-new|said-new)/.test(piece.dataset.piece);
  }

  /** What a person has typed in a piece. */
  typed(piece, asDrawn = false) {
    const typed = [...fields(piece, this.form, asDrawn)].filter(([name]) => !isOfForm.test(name));
    return new URLSearchParams(typed).toString();
  }

  /* This device */

  /** Put back what this device has and the server, or this page, does not. */
  restore() {
    let isBack = false;
    for (const [name, entry] of Object.entries(this.device.all)) {
      const piece = this.piece(name);
      if (!piece) continue;
      const isOnItsWay = entry.saved === null && this.typed(piece) === entry.typed && this.typed(piece) !== this.kept.get(name);
      if (isOnItsWay) continue; // typed before this module came: it stays here until the server has it
      const isOlder = entry.saved !== null && entry.saved > this.shown;
      const isThere = this.typed(piece) === entry.typed || (this.isNew(piece) && this.isAdded(entry));
      if (isThere || (entry.saved !== null && !isOlder)) {
        if (!isOlder) this.device.drop(name);
        continue;
      }
      this.fill(piece, new URLSearchParams(entry.sent));
      if (isOlder) this.kept.set(name, entry.typed);
      else isBack = true;
    }
    if (!isBack) return;
    this.say("What you typed here before is back, as this device kept it.");
    this.save();
  }

  /** Whether a commitment or number that was to be added stands in the list already. */
  isAdded(entry) {
    const words = [...new URLSearchParams(entry.sent)].find(([name]) => /^(?:text|label)-/.test(name))?.[1].trim();
    const there = [...this.form.querySelectorAll('[name^="text-"], [name^="label-"]')];
    return !words || there.some((field) => !/-new/.test(field.name) && field.value.trim() === words);
  }

  fill(piece, sent) {
    for (const [name, value] of sent) {
      for (const field of piece.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
        if (field.type === "radio") field.checked = field.value === value;
        else field.value = value;
      }
    }
    this.count(piece);
  }

  remember(piece, saved = null) {
    const entry = { sent: fields(piece, this.form).toString(), typed: this.typed(piece), saved };
    this.isUnkept = !this.device.keep(piece.dataset.piece, entry);
  }

  /* Typing */

  changed(field) {
    const piece = field.closest("[data-piece]");
    if (!piece || (field.form ?? this.form) !== this.form) return;
    this.count(piece);
    this.remember(piece);
    if (this.isRefused) return;
    this.say("Not saved yet");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  count(piece) {
    const words = piece.querySelector("[data-words]");
    const area = piece.querySelector("textarea.story");
    if (words && area) words.textContent = (area.value.match(/[\p{L}\p{N}]+(?:[’'.,-][\p{L}\p{N}]+)*/gu) ?? []).length;
  }

  /** Pieces whose words are not on the server yet. */
  waiting() {
    return this.pieces.filter((piece) => !this.isNew(piece) && this.typed(piece) !== this.kept.get(piece.dataset.piece));
  }

  /** An answer without its state, or a commitment without its words or date, waits for the rest; what stands beside another's
      text waits for a choice; what the server would not take waits for another word. */
  isReady(piece) {
    const name = piece.dataset.piece;
    if (piece.querySelector("[data-conflict]") || this.held.get(name) === this.typed(piece)) return false;
    if (name.startsWith("answer-")) return piece.querySelector("input:checked") !== null;
    if (name.startsWith("promise-")) return [...piece.querySelectorAll('textarea, input[type="date"]')].every((field) => field.value);
    return true;
  }

  /* Saving */

  save() {
    clearTimeout(this.timer);
    this.sending = this.sending.then(async () => {
      for (const piece of this.waiting().filter((one) => this.isReady(one))) if (!(await this.send(piece))) return;
    });
    return this.sending;
  }

  /** Send a piece; whether there was an answer. */
  async send(piece, more = {}) {
    const typed = this.typed(piece);
    const sent = fields(piece, this.form);
    for (const [name, value] of Object.entries(more)) sent.set(name, value);
    try {
      this.flying = piece;
      const { answer } = await post(this.device.address, sent, this.device.person, { keepalive: sent.toString().length < LARGE });
      this.tries = 0;
      this.answers += 1;
      this.isRefused = false;
      this.heard(piece, typed, answer);
      return true;
    } catch (error) {
      this.unheard(error);
      return false;
    } finally {
      this.flying = null;
    }
  }

  unheard(error) {
    this.isRefused = error.message === "signed out";
    if (this.isRefused) {
      const link = Object.assign(document.createElement("a"), { href: `/sign-in?next=${encodeURIComponent(location.pathname)}`, target: "_blank", textContent: "Sign in again" });
      this.say("You are signed out. What you type is kept on this device. ", link, " in another tab; it is saved when you are back here.");
    } else {
      this.say("No connection. What you type is kept on this device, and saved as soon as there is one.");
    }
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), AGAIN[Math.min(this.tries++, AGAIN.length - 1)]);
  }

  heard(piece, typed, answer) {
    const name = piece.dataset.piece;
    if (answer.refused) {
      this.held.set(name, typed);
      this.say(answer.refused);
      return;
    }
    const isSame = this.typed(piece) === typed;
    const [slug] = Object.keys(answer.bodies);
    const isTheirs = slug !== undefined;
    if (isTheirs && !isSame) return; // typed on meanwhile: it is asked again, upon the same text
    const [conflict] = Object.values(answer.conflicts);
    this.explain(piece, answer.troubles);
    if (conflict) {
      this.oppose(piece, conflict);
      return;
    }
    const opposed = piece.querySelector("[data-conflict]");
    opposed?.remove();
    for (const [of, revision] of Object.entries(answer.revisions)) this.form.elements[`revision-${of}`].value = revision;
    for (const [of, stamp] of Object.entries(answer.stamps)) {
      const was = this.form.elements[`was-${of}`];
      if (was && of === name) was.value = stamp;
    }
    if (Object.keys(answer.troubles).length) {
      this.held.set(name, typed);
      this.say(Object.values(answer.troubles)[0]);
      return;
    }
    const area = piece.querySelector("textarea.story");
    if (isTheirs && opposed) put(area, 0, area.value.length, answer.bodies[slug]); // chosen, so that Undo takes it back
    else if (isTheirs) renew(area, answer.bodies[slug]);
    this.kept.set(name, isTheirs ? this.typed(piece) : typed);
    this.count(piece);
    this.remember(piece, isSame ? answer.revision : null);
    this.say(this.waiting().length ? "Saving…" : `Saved ${answer.at}`);
  }

  /** Say at a piece's fields what the server would not take. */
  explain(piece, troubles) {
    for (const said of piece.querySelectorAll("[data-trouble]")) said.remove();
    for (const field of piece.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const [name, sentence] of Object.entries(troubles)) {
      const field = piece.querySelector(`[name="${CSS.escape(name)}"]`);
      if (!field) continue;
      field.setAttribute("aria-invalid", "true");
      const said = Object.assign(document.createElement("p"), { className: "field-error", textContent: sentence });
      said.dataset.trouble = name;
      (field.closest(".choices") ?? field).after(said);
    }
  }

  /** Show another's text beside one's own, which stays in its field; it goes on when one of the three ways is chosen. */
  oppose(piece, { html, revision }) {
    const { body } = new DOMParser().parseFromString(html, "text/html");
    const panel = body.querySelector("[data-conflict]");
    panel.dataset.conflict = revision;
    const there = piece.querySelector("[data-conflict]");
    if (there) there.replaceWith(panel);
    else (piece.querySelector("[data-toolbar]") ?? piece.firstElementChild).before(panel);
    this.say(`${panel.querySelector("h3").textContent}. Both texts stand beside each other; yours is kept on this device.`);
  }

  async settle(piece, way, slug) {
    const revision = piece.querySelector("[data-conflict]").dataset.conflict;
    const more = way === "mine" ? {} : { [way]: slug };
    await this.send(piece, { ...more, [`revision-${slug}`]: revision });
    piece.querySelector("textarea.story").focus();
  }

  /* The buttons */

  async submit(event) {
    if (this.isLeaving) return;
    event.preventDefault();
    event.stopPropagation();
    const { name = "", value = "" } = event.submitter ?? {};
    if (["mine", "theirs", "together"].includes(name)) {
      await this.settle(event.submitter.closest("[data-piece]"), name, value);
      return;
    }
    this.held.clear();
    await this.save();
    const added = this.pieces.filter((piece) => this.isNew(piece) && [...fields(piece, this.form)].some(([key, one]) => /^(?:text|label|said)-/.test(key) && one.trim()));
    for (const piece of added) await this.add(piece);
    if (name === "remove" || name === "take") await this.drop(event.submitter, name, value);
    const open = this.pieces.filter((piece) => this.isNew(piece) ? piece.querySelector("[data-trouble]") : this.typed(piece) !== this.kept.get(piece.dataset.piece));
    if (open.length) {
      (open[0].querySelector("[data-conflict] h3, [aria-invalid], textarea, input:not([type=hidden])") ?? open[0]).focus();
      if (!this.said.textContent || this.said.textContent === "Not saved yet") this.say("Something is not whole yet; it is kept on this device.");
      return;
    }
    if (name === "then" && value === "send") {
      this.isLeaving = true;
      this.form.requestSubmit(event.submitter);
      return;
    }
    await this.together.refresh();
  }

  /** Add a commitment or a number; its fields are empty again then. */
  async add(piece) {
    if (!(await this.send(piece)) || piece.querySelector("[data-trouble]") || this.held.has(piece.dataset.piece)) return;
    for (const field of piece.querySelectorAll("textarea, input:not([type=hidden]), select")) field.value = "";
    this.device.drop(piece.dataset.piece);
    await this.together.refresh();
  }

  async drop(button, name, value) {
    const piece = button.closest("[data-piece]");
    try {
      await post(this.device.address, new URLSearchParams({ [name]: value }), this.device.person);
      this.answers += 1;
      this.device.drop(piece.dataset.piece);
      piece.remove();
      await this.together.refresh();
    } catch (error) {
      this.unheard(error);
    }
  }

  /** The page goes: what waits is sent once more without being waited for. What does not arrive is on this device. */
  leave() {
    if (this.isLeaving || this.isRefused) return;
    for (const piece of this.waiting()) if (this.isReady(piece) && piece !== this.flying) this.send(piece);
  }

  say(...words) {
    if (words.length > 1 || this.said.textContent !== words[0]) this.said.replaceChildren(...words);
  }
}

const form = document.querySelector("form[data-autosave]");
if (form) {
  new Desk(form);
  keep(form.dataset.autosave).catch(() => undefined); // a browser without a store has the page all the same
}
