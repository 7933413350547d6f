// What others do on the draft appears here while one works, and one's own steps go back and forth by keys.
// Without this module the page shows what was there when it was drawn, and the buttons do the same.

import { listen } from "./listening.js";

const RETRY = 3000; // milliseconds until a page that did not come is asked for again
const PAUSE = 120; // milliseconds between two looks whether the hands are free

const place = document.querySelector("[data-live]");
const line = { here: place.querySelector("[data-here]"), news: place.querySelector("[data-news]"), lost: place.querySelector("[data-line]") };
const me = Number(place.dataset.me);
let underWay = 0;
let wanted = 0; // the revision that the page is to show
let waiting = null;

/** The revision that the page shows, as the server wrote it there. */
const shown = () => Number(document.querySelector("[data-revision]")?.dataset.revision ?? 0);

const say = (where, words) => {
  if (where.textContent !== words) where.textContent = words;
};

/* What others did */

function changed({ revision, acts }) {
  if (revision <= shown() && acts.every((act) => act.by === me)) return;
  const last = acts.at(-1);
  const who = last.by === me ? "You, in another window," : last.name;
  const before = acts.length > 1 ? ` (and ${acts.length - 1} more)` : "";
  // One's own act is answered where it was done; the answer carries the revision, and is waited for.
  if (acts.some((act) => act.by !== me)) say(line.news, `${who} ${last.said}${before}.`);
  show(revision, acts);
}

/** Have the page show this revision as soon as nothing is held, sent or asked. */
function show(revision, acts = []) {
  wanted = Math.max(wanted, revision);
  warn(acts);
  waiting ??= setTimeout(look, 0);
}

async function look() {
  waiting = null;
  if (wanted <= shown()) return;
  if (underWay || "held" in document.body.dataset) {
    waiting = setTimeout(look, PAUSE);
    return;
  }
  const asked = wanted;
  await htmx.ajax("GET", location.pathname + location.search, { source: place, target: "#workbench", swap: "outerMorph" });
  if (shown() < asked) waiting ??= setTimeout(look, RETRY); // no answer came, or a part of the page alone
  else place.dispatchEvent(new CustomEvent("draft:shown", { bubbles: true, detail: { revision: shown() } }));
}

document.addEventListener("htmx:before:request", () => (underWay += 1));
document.addEventListener("htmx:finally:request", () => (underWay = Math.max(underWay - 1, 0)));

/** The form in the panel is left as it is: what was typed stays, and it is said that another version stands there now. */
function warn(acts) {
  const panel = document.querySelector("#panel");
  const open = panel?.querySelector("form[action*='/sessions/']")?.getAttribute("action").match(/\/sessions\/(\d+)/)?.[1];
  const act = acts.findLast((one) => one.by !== me && one.sessions.includes(Number(open)));
  if (!act) return;
  panel.querySelector("[data-meanwhile]")?.remove();
  const note = document.createElement("div");
  note.className = "note note-warn";
  note.dataset.meanwhile = "";
  note.setAttribute("role", "status");
  const link = document.createElement("a");
  link.href = `${place.dataset.live.replace(/live$/, "history")}?session=${open}`;
  link.target = "_blank";
  link.textContent = "See what";
  const words = note.appendChild(document.createElement("p"));
  words.append(`${act.name} has just changed this. What you typed stays here. `, link);
  (panel.querySelector(".editor-head") ?? panel.firstElementChild).after(note);
}

/* Undo and redo by keys */

const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
  const key = event.key.toLowerCase();
  const way = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
  if (!way || document.querySelector("dialog[open]") || "held" in document.body.dataset) return;
  event.preventDefault();
  step(way);
});

/** Undo or redo, once what is under way is over: what was pressed meanwhile is not lost. */
function step(way, tries = 60) {
  if (underWay && tries) {
    setTimeout(step, PAUSE, way, tries - 1);
    return;
  }
  const button = document.querySelector(`form#${way} button`);
  if (button && !button.disabled) button.form.requestSubmit();
}

listen(place.dataset.live, {
  here({ people, revision }) {
    say(line.here, people.length ? `Also here: ${people.join(", ")}.` : "");
    if (revision > shown()) show(revision);
  },
  changed,
  lost() {
    say(line.here, "");
    say(line.lost, "The connection is lost, so you do not see what others do. It is tried again by itself; your page stays as it is.");
  },
  back: () => say(line.lost, ""),
  elsewhere: () => say(line.lost, "The draft is open in several other windows of yours. This one shows what others do when you reload it."),
});
