// Holding: a pointer presses a block, one of its ends, or empty time, moves, and lets go. Mouse and pen pick up as they
// move; a finger picks up by resting, so that it scrolls otherwise. One thing is held at a time, by one pointer.

import { carryOut } from "./agenda-draft-acts.js";
import { aimAt, Boards } from "./agenda-draft-aim.js";
import { sessionOf } from "./agenda-draft-board.js";
import { choose } from "./agenda-draft-chosen.js";
import { openingsOf } from "./agenda-draft-openings.js";
import { begin as beginSession } from "./agenda-draft-panel.js";
import { scrollNear } from "./agenda-draft-scroll.js";
import { Ghost, lookOf, Pointer, Shades } from "./agenda-draft-show.js";
import { rounded } from "./agenda-draft-wall.js";

const MOVED = 5; // pixels by which a mouse moves before it holds
const TREMBLE = 10; // pixels by which a finger may stray while it rests
const RESTS = 300; // milliseconds until a resting finger holds
const END = 7; // pixels at a block's end by which a mouse resizes it

let press = null; // a pointer is down
let hold = null; // and holds something

/** What a press at a point takes hold of; null where there is nothing to hold. */
function grip(event) {
  const end = event.target.closest?.(".end");
  const block = end ? document.getElementById(end.dataset.of) : event.target.closest?.(".s[id]");
  if (block && !event.target.closest("button, input, select, summary, .mark")) {
    return { block, kind: end?.dataset.end ?? endUnder(block, event) ?? "move" };
  }
  return event.target.matches?.(".board > .paper") ? { kind: "draw" } : null;
}

/** "start" or "end" where a mouse is at an end of a block on a grid; null elsewhere. */
function endUnder(block, event) {
  const board = block.closest(".board");
  if (!board || event.pointerType === "touch" || getComputedStyle(board).display !== "grid") return null;
  const box = block.getBoundingClientRect();
  const across = board.dataset.axis === "across";
  const [from, to, at] = across ? [box.left, box.right, event.clientX] : [box.top, box.bottom, event.clientY];
  const reach = Math.min(END, (to - from) / 4);
  return at < from + reach ? "start" : at > to - reach ? "end" : null;
}

function down(event) {
  if (press && (press.spent || press.pointer === event.pointerId)) release(); // how it ended was not heard
  if (press || event.button !== 0 || document.body.dataset.held) return;
  const held = grip(event);
  if (!held) return;
  press = { ...held, pointer: event.pointerId, x: event.clientX, y: event.clientY, touch: event.pointerType === "touch" };
  if (press.touch && event.target.closest(".end")) pickUp();
  else if (press.touch) press.rest = setTimeout(pickUp, RESTS);
}

function pickUp() {
  const { block, kind, x, y, pointer, touch } = press;
  const boards = new Boards();
  const board = boards.at(block ?? document.elementFromPoint(x, y));
  if (kind === "draw" && !board?.at(x, y).room) return;
  hold = { kind, block, board, boards, touch, pointer, x, y, pressed: press, swap: false, asking: new AbortController() };
  hold.boardAt = (element) => boards.at(element);
  if (block) takeUp(block);
  else startDrawing();
  hold.pointed = new Pointer();
  document.body.dataset.held = block?.id ?? "new";
  hold.frame = requestAnimationFrame(follow);
}

function takeUp(block) {
  const { board, kind, x, y } = hold;
  hold.session = sessionOf(block);
  if (board && hold.session.start) {
    hold.row = board.row(hold.session.start);
    hold.room = board.roomOf(block);
    const end = kind === "end" ? hold.session.minutes / 5 : 0;
    hold.grabbed = board.at(x, y).row - hold.row - end;
  } else {
    hold.grabbed = 0.5;
  }
  block.classList.add("is-held");
  hold.ghost = new Ghost(hold.session.title, lookOf(block));
  if (kind === "move") askOpenings(hold);
}

function startDrawing() {
  const { board, x, y } = hold;
  const { row, room } = board.at(x, y);
  hold.room = room;
  hold.from = rounded(board.wall(row), board.snap);
  hold.ghost = new Ghost("New session", "");
}

async function askOpenings(asking) {
  const openings = await openingsOf(asking.session, asking.asking.signal);
  if (hold !== asking || !openings) return;
  hold.openings = openings;
  hold.shades = new Shades();
  for (const element of document.querySelectorAll(".board")) {
    const board = hold.boards.at(element);
    if (board) hold.shades.draw(board, openings);
  }
}

function move(event) {
  if (event.pointerId !== press?.pointer) return;
  const strayed = Math.hypot(event.clientX - press.x, event.clientY - press.y);
  if (!hold && press.touch && strayed > TREMBLE) return release();
  if (!hold && !press.touch && strayed > MOVED) pickUp();
  if (!hold) return;
  event.preventDefault();
  Object.assign(hold, { x: event.clientX, y: event.clientY, swap: event.altKey });
  hold.moved ||= strayed > MOVED;
}

/** Each frame while something is held: scroll when near an edge, and show where it would land. */
function follow() {
  if (!hold) return;
  if (hold.moved) scrollNear(hold);
  aim();
  hold.frame = requestAnimationFrame(follow);
}

function aim() {
  const found = aimAt(hold, hold);
  const { board, start, minutes, room } = found;
  hold.ghost.stand(board ?? null, start, minutes, room ?? hold.room ?? null);
  hold.pointed.say(found, hold.openings, hold);
  return found;
}

function up(event) {
  if (event.pointerId !== press?.pointer) return;
  if (hold || press.spent) swallowClick();
  if (!hold) return release();
  Object.assign(hold, { x: event.clientX, y: event.clientY, swap: event.altKey });
  const done = hold;
  const found = aim();
  release({ ghost: true });
  const ended = !done.moved ? chosen(done) : found.act === "new" ? begin(found) : carryOut(found, done);
  Promise.resolve(ended).finally(() => done.ghost.remove());
}

/** A finger that rested and moved nothing has chosen the block: it gets ends to pull and buttons to press. */
const chosen = ({ block, touch }) => touch && block && choose(block);

const begin = ({ start, minutes, room }) => beginSession(start, minutes, room.id);

/** Let go with nothing done; a drop does the rest. `spent`: the pointer is still down; `ghost`: it is needed on. */
function release({ spent = false, ghost = false } = {}) {
  clearTimeout(press?.rest);
  press = spent ? { pointer: press.pointer, spent } : null;
  if (!hold) return;
  cancelAnimationFrame(hold.frame);
  hold.asking.abort();
  hold.shades?.remove();
  hold.pointed.remove();
  if (!ghost) hold.ghost.remove();
  hold.block?.classList.remove("is-held");
  delete document.body.dataset.held;
  hold = null;
}

let swallowing = false;

/** The click that ends a drag opens nothing. A finger's click comes late: it is prevented where the finger lifts. */
function swallowClick() {
  swallowing = true;
  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => {
    swallowing = false;
    document.removeEventListener("click", stop, { capture: true });
  }, 0);
}

function key(event) {
  if (!hold) return;
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    release({ spent: true });
  }
  if (event.key === "Alt") {
    event.preventDefault();
    hold.swap = event.type === "keydown";
  }
}

document.addEventListener("pointerdown", down);
document.addEventListener("pointermove", move);
document.addEventListener("pointerup", up);
document.addEventListener("pointercancel", (event) => event.pointerId === press?.pointer && release());
window.addEventListener("blur", () => hold && release({ spent: true }));
window.addEventListener("keydown", key, { capture: true });
window.addEventListener("keyup", key, { capture: true });
document.addEventListener("touchmove", (event) => hold && event.preventDefault(), { passive: false });
document.addEventListener("touchend", (event) => swallowing && event.preventDefault(), { passive: false });
document.addEventListener("contextmenu", (event) => press?.touch && event.preventDefault());
document.addEventListener("dragstart", (event) => event.target.closest?.(".s") && event.preventDefault());
document.addEventListener("pointermove", (event) => {
  const block = !press && event.target.closest?.(".board > .s[id]");
  if (block) block.dataset.at = endUnder(block, event) ?? "";
});
