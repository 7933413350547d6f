// The draft's grid: the panel closes, and blocks are dragged to another time and room. What a drag does is the same
// post as the form's; without this module the forms do everything.

const STEP_MINUTES = 5;
const panel = document.querySelector("#panel");

/* The panel */

function closePanel() {
  const opened = panel.dataset.from && document.getElementById(panel.dataset.from);
  panel.replaceChildren();
  (opened?.querySelector("a.to") ?? opened?.querySelector("a"))?.focus();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.(".s a[data-hx-get]");
  if (opener) panel.dataset.from = opener.closest(".s").id;
  if (event.target.closest?.("[data-close]")) {
    event.preventDefault();
    closePanel();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel.childElementCount && !dragged) closePanel();
});
document.addEventListener("htmx:after:swap", () => {
  const heading = panel.querySelector("h2");
  if (heading && !panel.contains(document.activeElement) && panel.dataset.shown !== heading.textContent) {
    heading.tabIndex = -1;
    heading.focus();
  }
  if (!heading && panel.dataset.shown) closePanel();
  panel.dataset.shown = heading?.textContent ?? "";
});

/* Dragging */

let dragged = null;

/** Where on a board the pointer is: the instant of its row in steps, and the room of its column. */
function spot(board, event, grabbed) {
  const paper = board.querySelector(".paper").getBoundingClientRect();
  const rows = Number(board.dataset.rows);
  const row = Math.floor(((event.clientY - grabbed - paper.top) / paper.height) * rows);
  const room = [...board.querySelectorAll(".room")].find((head) => {
    const box = head.getBoundingClientRect();
    return box.left <= event.clientX && event.clientX < box.right;
  });
  return room && row >= 0 && row < rows ? { row, room } : null;
}

/** The day and wall time of a row, read off the hour labels, which the server wrote in the convening's zone. */
function wallTime(board, row) {
  const label = board.querySelectorAll(".hour")[Math.floor(row / 6)];
  const [hours, minutes] = label.textContent.trim().split(":").map(Number);
  const past = hours * 60 + minutes + (row % 6) * STEP_MINUTES;
  const first = Number(board.querySelector(".hour").textContent.trim().slice(0, 2));
  const nextDay = hours < first || past >= 24 * 60;
  const day = new Date(`${board.dataset.date}T00:00:00Z`);
  if (nextDay) day.setUTCDate(day.getUTCDate() + 1);
  const said = (number) => String(number % 60).padStart(2, "0");
  return { day: day.toISOString().slice(0, 10), start: `${String(Math.floor(past / 60) % 24).padStart(2, "0")}:${said(past)}` };
}

function post(session, fields) {
  const address = location.pathname.replace(/\/agenda\/draft$/, `/sessions/${session}/placement`);
  return htmx.ajax("POST", address, { source: "#panel", target: "#workbench", swap: "outerMorph", values: fields }).catch(() => {
    document.querySelector("#trouble").textContent = "The server could not be reached, so nothing was moved. Try again.";
  });
}

function begin(event) {
  const block = event.target.closest?.(".s[id]");
  if (!block || event.button !== 0 || event.pointerType === "touch" || event.target.closest("button, .mark")) return;
  const grabbed = block.closest(".board") ? event.clientY - block.getBoundingClientRect().top : 0;
  dragged = { block, grabbed, x: event.clientX, y: event.clientY, moving: false, pointer: event.pointerId };
}

function drag(event) {
  if (!dragged) return;
  if (!dragged.moving && Math.hypot(event.clientX - dragged.x, event.clientY - dragged.y) < 6) return;
  dragged.moving = true;
  event.preventDefault();
  dragged.block.classList.add("is-dragged");
  dragged.over?.classList.remove("is-target");
  const board = document.elementFromPoint(event.clientX, event.clientY)?.closest(".board");
  const found = board && spot(board, event, dragged.grabbed);
  dragged.over = found?.room;
  dragged.over?.classList.add("is-target");
  dragged.to = found && found.room.dataset.room ? { ...wallTime(board, found.row), room: found.room.dataset.room } : null;
  tell(dragged.to ? `${found.room.querySelector("strong").textContent}, ${dragged.to.start}` : "Not here", event);
}

function drop() {
  const done = dragged;
  dragged = null;
  if (!done) return;
  done.block.classList.remove("is-dragged");
  done.over?.classList.remove("is-target");
  document.querySelector(".drag-said")?.remove();
  if (!done.moving) return;
  swallowClick();
  if (!done.to) return;
  const fields = { day: done.to.day, start: done.to.start };
  // What stands in several rooms keeps them: by dragging only its time changes.
  if (!done.block.matches("[data-rooms]")) fields.room = done.to.room;
  post(done.block.id.slice(1), fields);
}

/** The click that ends a drag opens nothing. */
function swallowClick() {
  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  document.addEventListener("click", stop, { capture: true, once: true });
  setTimeout(() => document.removeEventListener("click", stop, { capture: true }), 0);
}

/** A word at the pointer's side: where the block would land. */
function tell(words, event) {
  const label = document.querySelector(".drag-said") ?? document.body.appendChild(document.createElement("output"));
  label.className = "drag-said";
  label.textContent = words;
  label.style.translate = `${event.clientX + 12}px ${event.clientY + 12}px`;
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", drag);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", () => {
  if (dragged) dragged.to = null;
  drop();
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".s")) event.preventDefault();
});
