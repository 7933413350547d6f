// Several at one desk: who else is here and where, and what they save, which takes its place wherever nobody types.

import { listen } from "./listening.js";
import { renew } from "./writing-text.js";

const PATIENCE = 12_000; // milliseconds that the page is waited for

export class Together {
  constructor(desk) {
    this.desk = desk;
    this.form = desk.form;
    this.here = this.form.querySelector("[data-here]");
    this.form.addEventListener("focusin", (event) => this.enter(event.target));
    document.addEventListener("submit", (event) => event.target.matches("form[data-say]") && this.comment(event), true);
    this.listen();
  }

  /** Say something, or settle what was said, without leaving the desk. */
  async comment(event) {
    const form = event.target;
    const area = form.elements.text;
    event.preventDefault();
    event.stopImmediatePropagation();
    const address = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const isSaid = address === form.getAttribute("action");
    try {
      const response = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)), signal: AbortSignal.timeout(PATIENCE) });
      if (!response.ok || new URL(response.url).pathname.startsWith("/sign-in")) throw new Error("refused");
      if (isSaid) area.value = "";
    } catch {
      this.desk.say("What you said to the others is not sent: no connection, or you are signed out. It stands here still.");
      return;
    }
    document.activeElement?.blur();
    await this.refresh();
    if (isSaid) area.focus();
  }

  enter(field) {
    const at = field.closest("[data-piece]")?.dataset.piece.replace(/^body-/, "") ?? "";
    if (at === this.at) return;
    this.at = at;
    this.tell();
  }

  /** Tell the others in which part one is. Nothing depends on its arriving. */
  tell() {
    const told = { method: "POST", body: new URLSearchParams({ at: this.at }), signal: AbortSignal.timeout(5000) };
    fetch(this.form.dataset.presence, told).catch(() => undefined);
  }

  listen() {
    listen(this.form.dataset.live, {
      here: ({ people, where = [], revision = 0 }) => {
        this.where(people, where);
        if (!revision) return;
        // The stream has begun, or begun anew: the line is there, and the server does not know where one is.
        if (this.at) this.tell();
        if (this.desk.waiting().length) this.desk.save();
        if (revision > this.desk.shown) this.refresh();
      },
      changed: ({ revision, acts }) => {
        const others = acts.filter((act) => act.by !== Number(this.desk.device.person));
        const named = others.findLast((act) => act.name);
        if (named) this.news = `${named.name} saved ${named.said}.`;
        if (revision > this.desk.shown && others.length) this.refresh();
      },
      lost: () => (this.here.textContent = ""),
      back: () => undefined,
      elsewhere: () => (this.here.textContent = "This desk is open in several other windows of yours. This one shows what others save when you reload it."),
    });
  }

  where(people, where) {
    const placed = new Map(where);
    const said = people.map((name) => (placed.get(name) ? `${name} is in “${placed.get(name)}”` : `${name} is here too`));
    this.here.textContent = said.length ? `${said.join(", ")}.` : "";
    for (const mark of this.form.querySelectorAll("[data-where]")) {
      const names = where.filter(([, at]) => at === mark.dataset.where).map(([name]) => name);
      mark.textContent = names.length ? `${names.join(", ")} ${names.length > 1 ? "are" : "is"} here` : "";
    }
  }

  /** Show what stands now wherever nobody types: the page is asked for once more, and its pieces take the place of these. */
  async refresh() {
    if (this.isRefreshing) {
      this.isWanted = true;
      return;
    }
    this.isRefreshing = true;
    const { answers } = this.desk;
    try {
      const response = await fetch(this.form.dataset.autosave, { signal: AbortSignal.timeout(PATIENCE) });
      if (response.redirected || !response.ok) throw new Error("not here");
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      if (answers === this.desk.answers) this.take(page.querySelector("form[data-autosave]"));
      else this.isWanted = true; // it was drawn before what was saved meanwhile
    } catch {
      // the next save or the next word of the stream asks again
    }
    this.isRefreshing = false;
    if (!this.isWanted) return;
    this.isWanted = false;
    await this.refresh();
  }

  take(fresh) {
    if (!fresh) return;
    this.desk.shown = Number(fresh.dataset.revision);
    for (const list of this.form.querySelectorAll("[data-list]")) this.takeList(list, fresh.querySelector(`[data-list="${CSS.escape(list.dataset.list)}"]`));
    for (const piece of this.desk.pieces.filter((one) => one.dataset.piece.startsWith("body-"))) this.takeText(piece, fresh);
    for (const part of document.querySelectorAll("[data-fresh]")) {
      const now = fresh.ownerDocument.getElementById(part.id);
      const isTypedIn = part.contains(document.activeElement) || [...part.querySelectorAll("textarea")].some((area) => area.value);
      if (now && !isTypedIn && now.innerHTML !== part.innerHTML) part.replaceChildren(...now.childNodes);
    }
    if (this.news) this.desk.say(this.news);
    this.news = "";
  }

  isFree(piece) {
    return !piece.contains(document.activeElement) && this.desk.typed(piece) === this.desk.kept.get(piece.dataset.piece) && !this.desk.isNew(piece);
  }

  takeList(list, fresh) {
    if (!fresh) return;
    let before = null;
    const names = new Set();
    for (const piece of [...fresh.querySelectorAll("[data-piece]")]) {
      const name = piece.dataset.piece;
      names.add(name);
      let mine = this.desk.piece(name);
      if (!mine || this.isFree(mine)) {
        if (mine) mine.replaceWith(piece);
        else if (before) before.after(piece);
        else list.prepend(piece);
        mine = piece;
        this.desk.kept.set(name, this.desk.typed(piece));
      }
      before = mine;
    }
    for (const piece of list.querySelectorAll("[data-piece]")) if (!names.has(piece.dataset.piece) && this.isFree(piece)) piece.remove();
  }

  takeText(piece, page) {
    const fresh = page.querySelector(`[data-piece="${CSS.escape(piece.dataset.piece)}"]`);
    const isClean = this.desk.typed(piece) === this.desk.kept.get(piece.dataset.piece) && !piece.querySelector("[data-conflict]");
    if (!fresh || !isClean) return;
    const [mine, theirs] = [piece, fresh].map((one) => one.querySelector("textarea.story"));
    if (mine.value.trim() !== theirs.value.trim()) renew(mine, theirs.value);
    const revision = `[name^="revision-"]`;
    piece.querySelector(revision).value = fresh.querySelector(revision).value;
    piece.querySelector("[data-said]").textContent = fresh.querySelector("[data-said]").textContent;
    this.desk.kept.set(piece.dataset.piece, this.desk.typed(piece));
    this.desk.count(piece);
  }
}
