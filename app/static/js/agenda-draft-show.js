// What is seen while something is held: where it would land, in words too, and where everyone it needs is free.

import { SWAP_MARK } from "./agenda-draft-aim.js";
import { busyAt, fitOf } from "./agenda-draft-openings.js";
import { plus, timeOf } from "./agenda-draft-wall.js";

const shown = new Set(); // layers to be drawn again when the workbench was

/** A sheet over (or under) the blocks of a board, on which things are laid by time and room. */
class Layer {
  constructor(board, name) {
    this.board = board;
    this.sheet = document.createElement("div");
    this.sheet.className = `hand ${name}`;
    this.sheet.style.gridArea = getComputedStyle(board.paper).gridArea;
    this.sheet.setAttribute("aria-hidden", "true");
    board.element.append(this.sheet);
    shown.add(this);
  }

  lay(element, start, minutes, room) {
    const { from, length, edge, width } = this.board.place(start, minutes, room);
    const [top, height, left, broad] = this.board.across ? [edge, width, from, length] : [from, length, edge, width];
    Object.assign(element.style, { top, height, left, width: broad });
    this.sheet.append(element);
  }

  remove() {
    this.sheet.remove();
    shown.delete(this);
  }
}

/** An answer to an earlier act draws the workbench while the next is held: what was laid on it is laid on it again. */
document.addEventListener("htmx:after:swap", () => {
  for (const layer of shown) if (!layer.sheet.isConnected && layer.board.element.isConnected) layer.board.element.append(layer.sheet);
});

const made = (name, className, ...words) => {
  const element = document.createElement(name);
  element.className = className;
  element.append(...words.filter(Boolean));
  return element;
};

/** The shape of a session where it would stand. */
export class Ghost {
  constructor(title, look) {
    this.time = made("span", "figures");
    this.element = made("div", `ghost ${look}`, made("strong", "", title), this.time);
  }

  /** Stand at a time in a room of a board; nowhere without a board. */
  stand(board, start, minutes, room) {
    if (this.layer?.board !== board) this.layer?.remove();
    if (!board) return;
    if (this.layer?.board !== board || !this.layer.sheet.isConnected) {
      this.layer = new Layer(board, "hand-over");
      // Below the last row the night goes on: what is held may be scrolled there.
      this.layer.lay(made("div", "beyond"), board.wall(board.rows), board.beyond, null);
    }
    this.time.textContent = `${timeOf(start)}–${timeOf(plus(start, minutes))}`;
    this.layer.lay(this.element, start, minutes, room);
  }

  get box() {
    return this.element.isConnected ? this.element.getBoundingClientRect() : null;
  }

  wait() {
    this.element.classList.add("is-waiting");
  }

  remove() {
    this.layer?.remove();
  }
}

/** The colours and edge of a block's format. */
export const lookOf = (block) => [...block.classList].filter((one) => one.startsWith("tint")).join(" ");

/** Shade a board where those a session needs are busy, and mark its rooms by whether they hold them. */
export class Shades {
  #layers = [];
  #heads = [];

  draw(board, openings) {
    const layer = new Layer(board, "hand-under");
    this.#layers.push(layer);
    const [first, last] = [board.wall(0), board.wall(board.rows)];
    for (const { from, to, count } of openings.busy) {
      if (to <= first || last <= from) continue;
      const start = from < first ? first : from;
      const end = to > last ? last : to;
      const band = made("div", "busy", made("span", "busy-said", `${count} busy`));
      band.dataset.share = count * 2 > openings.needs ? "most" : "some";
      layer.lay(band, start, (board.row(end) - board.row(start)) * 5, null);
    }
    for (const room of board.rooms) {
      const { fit, said } = fitOf(openings, room);
      if (!fit) continue;
      Object.assign(room.head.dataset, { fit, said });
      this.#heads.push(room.head);
      if (fit === "small") layer.lay(made("div", "too-small"), first, board.rows * 5, room);
    }
  }

  remove() {
    for (const layer of this.#layers) layer.remove();
    for (const head of this.#heads) {
      delete head.dataset.fit;
      delete head.dataset.said;
    }
  }
}

/** Words at the pointer's side, and the mark on another session where letting go swaps the two. */
export class Pointer {
  #words = document.body.appendChild(made("div", "drag-said"));
  #mark = made("div", "swap-mark", "⇄ Swap");
  #over = [];

  say(aim, openings, { x, y }) {
    const people = aim.act === "place" && openings ? busyAt(openings, aim.start, aim.minutes) || "Everyone it needs is free" : "";
    const places = aim.act === "place" && aim.room ? fitOf(openings, aim.room).said : "";
    this.#words.replaceChildren(...[aim.said, people, places].filter(Boolean).map((line) => made("p", "", line)));
    this.#words.hidden = !this.#words.childElementCount;
    const box = this.#words.getBoundingClientRect();
    const left = x + 14 + box.width > innerWidth ? x - 14 - box.width : x + 14;
    const top = y + 16 + box.height > innerHeight ? y - 12 - box.height : y + 16;
    this.#words.style.translate = `${Math.max(left, 4)}px ${Math.max(top, 4)}px`;
    this.#point(aim);
  }

  #point({ act, room, block, beside, besides }) {
    for (const element of this.#over) element.classList.remove("is-target", "is-with", "is-after");
    this.#over = [act === "place" && room?.head, act === "swap" && block, besides?.block].filter(Boolean);
    for (const element of this.#over) element.classList.add(!besides ? "is-target" : besides.after ? "is-after" : "is-with");
    const other = block ?? beside;
    this.#mark.remove();
    if (!other) return;
    const box = other.getBoundingClientRect();
    const height = Math.min(SWAP_MARK, box.height / 2);
    Object.assign(this.#mark.style, { left: `${box.right - SWAP_MARK}px`, top: `${box.bottom - height}px`, width: `${SWAP_MARK}px`, height: `${height}px` });
    this.#mark.classList.toggle("is-target", act === "swap");
    document.body.append(this.#mark);
  }

  remove() {
    this.#point({});
    this.#words.remove();
  }
}
