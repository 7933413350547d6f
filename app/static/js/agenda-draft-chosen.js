// A session chosen by a resting finger: buttons that move it by steps, and on a grid ends that are large enough to pull.

import { carryOut } from "./agenda-draft-acts.js";
import { sessionOf } from "./agenda-draft-board.js";
import { nudge, settle } from "./agenda-draft-nudge.js";
import { edit } from "./agenda-draft-panel.js";

const bar = document.querySelector("#moves");
let chosen = null; // a block's id

const STEPS = {
  earlier: { time: -1 },
  later: { time: 1 },
  shorter: { length: -1 },
  longer: { length: 1 },
  before: { room: -1 },
  after: { room: 1 },
};

/** Show the buttons for a block. */
export function choose(block) {
  if (chosen) letBe();
  chosen = block.id;
  bar.hidden = false;
  bar.querySelector("#moves-name").textContent = sessionOf(block).title;
  draw();
}

function letBe() {
  document.getElementById(chosen)?.classList.remove("is-chosen");
  for (const end of document.querySelectorAll(".end")) end.remove();
  chosen = null;
  bar.hidden = true;
}

/** Mark the chosen block, and lay an end to pull on both its ends where it stands on a grid. */
function draw() {
  const block = chosen && document.getElementById(chosen);
  if (!block) return chosen && letBe();
  block.classList.add("is-chosen");
  const board = block.closest(".board");
  const onGrid = Boolean(board) && getComputedStyle(board).display === "grid";
  for (const button of bar.querySelectorAll("[data-move=before], [data-move=after]")) button.hidden = !onGrid;
  if (!onGrid) return undefined;
  for (const which of ["start", "end"]) {
    const end = block.querySelector(`.end[data-end=${which}]`) ?? block.appendChild(document.createElement("span"));
    end.className = "end";
    Object.assign(end.dataset, { end: which, of: block.id });
  }
  return undefined;
}

const acts = {
  tray: async (block) => {
    await settle();
    const session = sessionOf(document.getElementById(block.id));
    await carryOut(session.start ? { act: "tray" } : { act: "nothing", said: "It waits in the tray" }, { session, block });
  },
  edit: async (block) => {
    await settle();
    edit(document.getElementById(block.id));
    letBe();
  },
  done: () => {
    settle();
    letBe();
  },
};

bar.addEventListener("click", (event) => {
  const move = event.target.closest("[data-move]")?.dataset.move;
  const block = document.getElementById(chosen);
  if (!move || !block) return;
  if (STEPS[move]) nudge(block, STEPS[move]);
  else acts[move](block);
});
document.addEventListener("htmx:after:swap", () => {
  draw();
  if (chosen) document.getElementById(chosen)?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
document.addEventListener("keydown", (event) => event.key === "Escape" && chosen && letBe());
