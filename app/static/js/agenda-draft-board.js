// Reading the grid: which time and which room a point of the window is, and where a time and a room are drawn.
// Nothing here changes the page.

import { minutesBetween, plus } from "./agenda-draft-wall.js";

const STEP = 5; // minutes of a row
const NIGHT = "T04:00"; // what begins before four belongs to the evening before

/** A day's grid, measured: times run along one axis (down, or across on the turned grid), rooms along the other. */
export class Board {
  constructor(element) {
    this.element = element;
    this.across = element.dataset.axis === "across";
    this.snap = Number(element.dataset.snap) || STEP;
    this.date = element.dataset.date;
    this.rows = Number(element.dataset.rows);
    this.paper = element.querySelector(".paper");
    const paper = this.box();
    this.step = paper.length / this.rows;
    this.marks = [...element.querySelectorAll(".hour")].map((label) => {
      return { row: Math.round((this.#along(label.getBoundingClientRect())[0] - paper.start) / this.step), wall: label.dataset.time };
    });
    this.rooms = [...element.querySelectorAll(".room")].map((head) => {
      const [from, to] = this.#beside(head.getBoundingClientRect());
      const name = head.querySelector("strong")?.textContent ?? head.textContent.trim();
      return { head, id: head.dataset.room ?? "", name, from: from - paper.edge, to: to - paper.edge };
    });
  }

  /** The board that an element of the page is on, if it is drawn as a grid (on a phone it is a list). */
  static of(element) {
    const board = element?.closest?.(".board") ?? element?.closest?.(".grid-scroll")?.querySelector(".board");
    return board?.querySelector(".paper")?.getClientRects().length ? new Board(board) : null;
  }

  /** Where the paper is in the window now: `start` and `length` along time, `edge` where the rooms begin. */
  box() {
    const paper = this.paper.getBoundingClientRect();
    const [start, end] = this.#along(paper);
    return { start, length: end - start, edge: this.#beside(paper)[0] };
  }

  /** The row (a fraction; beyond the last too) and the room of a point of the window. */
  at(x, y) {
    const { start, edge } = this.box();
    const [along, beside] = this.across ? [x, y] : [y, x];
    const room = this.rooms.find((one) => one.from <= beside - edge && beside - edge < one.to);
    return { row: (along - start) / this.step, room };
  }

  /** The wall time of a row, read off the label before it, which the server wrote in the convening's zone. */
  wall(row) {
    const first = Math.max(row, 0);
    const mark = this.marks.findLast((one) => one.row <= first) ?? this.marks[0];
    const wall = plus(mark.wall, (first - mark.row) * STEP);
    return wall < this.night ? wall : this.night;
  }

  /** The row of a wall time; of one that comes twice, where clocks go back, the second. */
  row(wall) {
    const mark = this.marks.findLast((one) => one.wall <= wall) ?? this.marks[0];
    return mark.row + minutesBetween(mark.wall, wall) / STEP;
  }

  /** Where a stretch of time in a room (none: in all) is drawn on the paper: percent along time, pixels across it. */
  place(start, minutes, room) {
    const percent = 100 / this.rows;
    const last = this.rooms.at(-1);
    return {
      from: `${this.row(start) * percent}%`,
      length: `${(minutes / STEP) * percent}%`,
      edge: `${room ? room.from : 0}px`,
      width: `${room ? room.to - room.from : last.to}px`,
    };
  }

  /** The minutes from the last row to the end of the night, in which a session may stand as well. */
  get beyond() {
    return minutesBetween(this.wall(this.rows), this.night);
  }

  /** The room in whose stretch a block is drawn; of one that keeps its rooms, the stretch from the first to the last. */
  roomOf(block) {
    const kept = block.dataset.rooms?.split(" ");
    if (kept) {
      const rooms = this.rooms.filter((one) => kept.includes(one.id) || kept[0] === "");
      return { id: "", name: "its rooms", from: rooms[0]?.from ?? 0, to: rooms.at(-1)?.to ?? 0 };
    }
    const [from, to] = this.#beside(block.getBoundingClientRect());
    const { edge } = this.box();
    return this.rooms.find((one) => one.from <= (from + to) / 2 - edge && (from + to) / 2 - edge < one.to);
  }

  /** Where a day of the programme ends, on the next day's morning. */
  get night() {
    return plus(this.date + NIGHT, 24 * 60);
  }

  #along(box) {
    return this.across ? [box.left, box.right] : [box.top, box.bottom];
  }

  #beside(box) {
    return this.across ? [box.top, box.bottom] : [box.left, box.right];
  }
}

/** What a block says of itself. In several rooms, or across all of them, it keeps them wherever it is moved. */
export function sessionOf(block) {
  const { start = "", minutes = "60", seen = "", rooms } = block.dataset;
  const title = block.querySelector(".to")?.textContent.trim() ?? "";
  return { id: block.id.slice(1), title, start, minutes: Number(minutes), seen, keepsRooms: rooms !== undefined };
}
