// After each answer that draws the workbench anew: blocks glide to where they stand now, the grid keeps its place, and
// the focus stays on the block that had it.

const GLIDE = 150; // milliseconds
const MOST = 40; // blocks that glide; when more have moved, the eye follows none

const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const from = new Map(); // asked for the box that a block seems to come from, by its id: where it was let go, say
let before = null;

/** Let a block come from the box that is asked for, if there is one, when it is drawn elsewhere. */
export const glideFrom = (id, box) => from.set(id, box);

/** Move an element to where it stands from a box of the window; resolves when it is there. */
export async function glide(element, box) {
  const now = element.getBoundingClientRect();
  if (still.matches || !now.width || (now.left === box.left && now.top === box.top)) return;
  const start = { transform: `translate(${box.left - now.left}px, ${box.top - now.top}px)` };
  await element.animate([start, { transform: "none" }], { duration: GLIDE, easing: "ease-out" }).finished;
}

const blocks = () => document.querySelectorAll(".board > .s[id]");

/** Whether a part of an answer is the workbench or stands in it. */
function isDrawn({ target }) {
  const element = typeof target === "string" ? document.querySelector(target) : target;
  return Boolean(element?.closest("#workbench"));
}

document.addEventListener("htmx:before:swap", (event) => {
  if (!event.detail.tasks?.some(isDrawn)) return;
  const block = document.activeElement?.closest?.(".s[id]");
  before = {
    boxes: new Map([...blocks()].map((one) => [one.id, from.get(one.id)?.() ?? one.getBoundingClientRect()])),
    focus: block && { id: block.id, day: block.closest(".board")?.dataset.date, link: document.activeElement.className },
    places: [...document.querySelectorAll(".grid-scroll")].map(placeOf),
    top: window.scrollY,
  };
});

document.addEventListener("htmx:after:swap", () => {
  if (!before) return;
  const was = before;
  before = null;
  was.places.forEach(keepPlace);
  window.scrollTo(window.scrollX, was.top);
  keepFocus(was.focus);
  sayAnew();
  const moved = [...blocks()].filter((one) => {
    const box = was.boxes.get(one.id);
    const now = one.getBoundingClientRect();
    return box && now.width && Math.abs(box.left - now.left) + Math.abs(box.top - now.top) > 1;
  });
  if (moved.length <= MOST) for (const one of moved) glide(one, was.boxes.get(one.id));
});

/** What is in view of a grid: the first time label and the first room, and how far from the corner they stand. */
function placeOf(scroller) {
  const corner = scroller.getBoundingClientRect();
  const board = scroller.querySelector(".board");
  const seen = (element) => {
    const box = element.getBoundingClientRect();
    return { key: element.dataset.time ?? element.dataset.room, left: box.left - corner.left, top: box.top - corner.top };
  };
  const hour = [...board.querySelectorAll(".hour")].map(seen).find((one) => one.left >= 0 && one.top >= 0);
  const room = [...board.querySelectorAll(".room[data-room]")].map(seen).find((one) => one.left >= 0 && one.top >= 0);
  return { date: board.dataset.date, across: board.dataset.axis, hour, room };
}

/** Scroll a grid so that the same time and room stand where they stood, whatever was added before them. */
function keepPlace({ date, across, hour, room }) {
  const board = document.querySelector(`.board[data-date="${date}"]`);
  const scroller = board?.closest(".grid-scroll");
  if (!scroller || (board.dataset.axis ?? "") !== (across ?? "")) return;
  const corner = scroller.getBoundingClientRect();
  const [along, beside] = across === "across" ? ["left", "top"] : ["top", "left"];
  const shift = (element, was, edge) => (element && was ? element.getBoundingClientRect()[edge] - corner[edge] - was[edge] : 0);
  const down = { [along]: shift(hour && board.querySelector(`.hour[data-time="${hour.key}"]`), hour, along) };
  down[beside] = shift(room && board.querySelector(`.room[data-room="${room.key}"]`), room, beside);
  scroller.scrollBy(down);
}

function keepFocus(focus) {
  const now = document.activeElement;
  if (!focus || now?.closest(".panel, dialog") || (now?.closest(".s")?.id === focus.id && now.className === focus.link)) return;
  const block = document.getElementById(focus.id);
  // A finding's mark that comes to stand before the link takes its element, and with it the focus.
  const next = block?.querySelector("a.to") ?? document.querySelector(`.board[data-date="${focus.day}"]`)?.closest(".grid-scroll");
  next?.focus({ preventScroll: true });
}

/** What happened is in view for as long as if it were said for the first time. */
function sayAnew() {
  for (const going of document.querySelector("#happened").getAnimations()) going.currentTime = 0;
}
