// Moving by steps, for keys and buttons: a line of the scale earlier or later, longer or shorter, a room further. Steps
// that follow one another quickly are one act; meanwhile a ghost shows where the session is going.

import { carryOut } from "./agenda-draft-acts.js";
import { Board, sessionOf } from "./agenda-draft-board.js";
import { Ghost, lookOf } from "./agenda-draft-show.js";
import { minutesBetween, nextLine, plus, timeOf } from "./agenda-draft-wall.js";

const QUIET = 350; // milliseconds after the last step
const MOST_MINUTES = 24 * 60;

let going = null; // the session that is being moved by steps
let last = Promise.resolve(null); // what was finished before: its block's id and how it ended

/** Move a block by steps: `time` and `length` in lines of the scale, `room` in rooms. */
export function nudge(block, steps) {
  if (going && going.block.id !== block.id) settle();
  if (!going) going = begun(block);
  clearTimeout(going.quiet);
  const refused = step(going, steps);
  tell(refused ?? saidOf(going));
  going.quiet = setTimeout(settle, QUIET);
}

/** Do now what the steps have come to; resolves when it is done. */
export function settle() {
  if (!going) return Promise.resolve();
  const done = going;
  going = null;
  clearTimeout(done.quiet);
  last = finish(done, last);
  return last;
}

/** Leave the session where it was; returns whether there was anything to leave. */
export function leave() {
  if (!going) return false;
  clearTimeout(going.quiet);
  going.ghost.remove();
  going = null;
  document.body.removeAttribute("data-held");
  tell("It stays where it was");
  return true;
}

function begun(block) {
  const session = sessionOf(block);
  const element = block.closest(".board") ?? document.querySelector(".board");
  const board = Board.of(element);
  const room = board && (session.start ? board.roomOf(block) : board.rooms[0]);
  const snap = Number(element.dataset.snap) || 5;
  const ghost = new Ghost(session.title, lookOf(block));
  const start = session.start || element.querySelector(".hour").dataset.time;
  document.body.dataset.held = block.id;
  return { block, session, board, room, snap, ghost, start, minutes: session.minutes, to: room, placed: Boolean(session.start) };
}

/** Take one step; returns why it cannot be taken, or undefined. */
function step(it, { time = 0, length = 0, room = 0 }) {
  const placing = !it.placed;
  it.placed = true;
  if (time && !placing) it.start = nextLine(it.start, it.snap, time);
  if (length) {
    const end = nextLine(plus(it.start, it.minutes), it.snap, length);
    const minutes = minutesBetween(it.start, end);
    if (minutes < Math.min(it.snap, it.minutes)) return "It cannot be shorter";
    if (minutes > MOST_MINUTES) return "A session lasts a day at most";
    it.minutes = Math.max(minutes, 1);
  }
  if (room && !placing) {
    if (it.session.keepsRooms) return "It stands in several rooms. Change them in its form: press Enter";
    const next = it.board?.rooms[it.board.rooms.indexOf(it.to) + room];
    if (!next) return it.board ? "There is no further room" : "Change its room in its form";
    it.to = next;
  }
  if (it.board) it.ghost.stand(it.board, it.start, it.minutes, it.session.keepsRooms ? null : it.to);
  return undefined;
}

async function finish(it, before) {
  if ((await before)?.id === it.block.id) {
    // One's own earlier steps are the ground of these.
    it.session = sessionOf(document.getElementById(it.block.id) ?? it.block);
  }
  const unmoved = it.start === it.session.start && it.minutes === it.session.minutes && it.to === it.room;
  const aim = unmoved ? { act: "nothing", said: "" } : { act: "place", start: it.start, minutes: it.minutes, room: it.session.keepsRooms ? null : it.to };
  const sending = carryOut(aim, it);
  if (!going) document.body.removeAttribute("data-held");
  const outcome = await sending;
  it.ghost.remove();
  return { id: it.block.id, outcome };
}

function saidOf({ start, minutes, to, session, ghost }) {
  const room = session.keepsRooms ? "in its rooms" : to?.name;
  if (ghost.box) ghost.element.scrollIntoView({ block: "nearest", inline: "nearest" });
  return [`${timeOf(start)} to ${timeOf(plus(start, minutes))}`, room].filter(Boolean).join(", ");
}

/** A word to who listens, while it moves. */
function tell(words) {
  document.querySelector("#moving").textContent = words;
}
