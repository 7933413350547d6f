// Where something held would land if it were let go here, and what that is called. An aim is one of
//   { act: "place", start, minutes, room?, board?, said }   without a room it keeps the rooms it has;
//                                                           with `besides` it lands in a list, after a block or with it
//   { act: "tray" | "nothing", said }   { act: "swap", with, said }   { act: "new", start, minutes, room, board, said }

import { Board, sessionOf } from "./agenda-draft-board.js";
import { minutesBetween, plus, rounded, timeOf } from "./agenda-draft-wall.js";

export const SWAP_MARK = 44; // pixels of the mark on another session, where letting go swaps the two

const nothing = (said) => ({ act: "nothing", said });
const span = (start, minutes) => `${timeOf(start)}–${timeOf(plus(start, minutes))}`;

/** What letting go of `hold` would do with the pointer at x, y of the window; `swap`: the key for swapping is down. */
export function aimAt(hold, { x, y, swap }) {
  if (hold.kind === "draw") return drawn(hold, x, y);
  if (hold.kind !== "move") return resized(hold, x, y);
  const under = document.elementFromPoint(x, y);
  if (under?.closest("#tray")) {
    return hold.session.start ? { act: "tray", said: "To the tray" } : nothing("It waits in the tray");
  }
  if (under?.closest(".room, .hour, .corner")) return nothing("Let go beside the heads, over a time: here nothing happens");
  const other = blockUnder(hold, x, y);
  if (other && hold.session.start && (swap || onSwapMark(other, x, y))) {
    const theirs = sessionOf(other);
    return { act: "swap", with: theirs, block: other, said: `Swap with “${theirs.title}”` };
  }
  const board = hold.boardAt(under);
  if (board) return { ...placed(hold, board, board.at(x, y)), beside: hold.session.start ? other : null };
  return other ? besideInList(hold, other, y) : nothing("Let go over the grid or the tray");
}

function placed(hold, board, { row, room }) {
  if (!room) return nothing("Let go over a room");
  const { session } = hold;
  const begins = board.wall(row - hold.grabbed);
  const stayed = session.start && board === hold.board && Math.abs(row - hold.grabbed - hold.row) * 5 < board.snap / 2;
  const start = stayed ? session.start : least(rounded(begins, board.snap), plus(board.night, -board.snap));
  const said = session.keepsRooms ? "in its rooms" : room.name;
  const to = { act: "place", start, minutes: session.minutes, board, said: `${span(start, session.minutes)}, ${said}` };
  if (session.keepsRooms) return stayed ? nothing("") : to;
  if (stayed && room === hold.room) return nothing("");
  return { ...to, room };
}

/** One end follows the pointer, the other stays; a session lasts one line of the scale at least. */
function resized(hold, x, y) {
  const { board, session } = hold;
  const pointed = rounded(board.wall(board.at(x, y).row - hold.grabbed), board.snap);
  const end = plus(session.start, session.minutes);
  const start = hold.kind === "start" ? least(pointed, plus(end, -board.snap)) : session.start;
  const last = hold.kind === "end" ? most(pointed, plus(start, board.snap)) : end;
  const minutes = minutesBetween(start, last);
  if (minutes === session.minutes) return nothing("");
  return { act: "place", start, minutes, board, said: `${span(start, minutes)}, ${minutes} minutes` };
}

function drawn(hold, x, y) {
  const { board, room, from } = hold;
  const to = rounded(board.wall(board.at(x, y).row), board.snap);
  const start = least(from, to);
  const minutes = Math.max(minutesBetween(start, most(from, to)), board.snap);
  return { act: "new", start, minutes, room, board, said: `New session, ${span(start, minutes)}, ${room.name}` };
}

/** On a phone the day is a list: over another session's upper half is when it begins, over its lower half when it ends. */
function besideInList(hold, other, y) {
  const theirs = sessionOf(other);
  if (!theirs.start) return nothing("Let go over the list or the tray");
  const box = other.getBoundingClientRect();
  const after = y > (box.top + box.bottom) / 2;
  const start = after ? plus(theirs.start, theirs.minutes) : theirs.start;
  const said = `${span(start, hold.session.minutes)}, ${after ? "after" : "beside"} “${theirs.title}”`;
  const besides = { block: other, after };
  return start === hold.session.start ? nothing("") : { act: "place", start, minutes: hold.session.minutes, besides, said };
}

function blockUnder(hold, x, y) {
  const found = document.elementsFromPoint(x, y).map((one) => one.closest(".board > .s[id]"));
  return found.find((one) => one && one !== hold.block) ?? null;
}

function onSwapMark(block, x, y) {
  const box = block.getBoundingClientRect();
  return box.right - SWAP_MARK <= x && x <= box.right && y >= box.bottom - Math.min(SWAP_MARK, box.height / 2) && y <= box.bottom;
}

const least = (one, other) => (one < other ? one : other);
const most = (one, other) => (one > other ? one : other);

/** The boards of the page, each measured when it is first needed; the workbench drawn anew is measured anew. */
export class Boards {
  #known = new Map();

  at(element) {
    const board = element?.closest?.(".board") ?? element?.closest?.(".grid-scroll")?.querySelector(".board");
    if (board && !this.#known.has(board)) this.#known.set(board, Board.of(board));
    return (board && this.#known.get(board)) || null;
  }
}
