// Every act of the grid by keyboard: with a block in focus, arrows move it, with Shift they give it another length,
// Enter opens it, Delete takes it to the tray, S swaps it with another. "?" shows the keys.

import { carryOut, say } from "./agenda-draft-acts.js";
import { sessionOf } from "./agenda-draft-board.js";
import { leave, nudge, settle } from "./agenda-draft-nudge.js";
import { edit } from "./agenda-draft-panel.js";

const FORWARD = { ArrowDown: 1, ArrowUp: -1 };
const SIDEWAYS = { ArrowRight: 1, ArrowLeft: -1 };

let swapped = null; // the id of the block that waits for another to be swapped with

const others = {
  Enter: async (block) => {
    await settle();
    edit(document.getElementById(block.id));
  },
  Delete: async (block) => {
    await settle();
    const session = sessionOf(document.getElementById(block.id));
    await carryOut(session.start ? { act: "tray" } : { act: "nothing", said: "It waits in the tray" }, { session, block });
  },
  s: swap,
};

function swap(block) {
  const [session, other] = [sessionOf(block), swapped && document.getElementById(swapped)];
  if (!session.start) return say("Only sessions that have a time can be swapped.");
  if (!other || other === block) {
    swapped = block.id;
    return say(`“${session.title}” waits to be swapped: go to another session and press S. Escape lets it be.`);
  }
  swapped = null;
  return carryOut({ act: "swap", with: session }, { session: sessionOf(other), block: other });
}

function key(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const typing = event.target.closest?.("input, textarea, select, dialog, [contenteditable]");
  if (event.key === "?" && !typing) return document.querySelector("#keys")?.showModal();
  if (event.key === "Escape" && (leave() || swapped)) {
    if (swapped) say("It is swapped with nothing.");
    swapped = null;
    return event.preventDefault();
  }
  const block = event.target.closest?.(".s[id]");
  if (!block || !event.target.matches("a.to")) return;
  const steps = stepsOf(event, block);
  if (!steps && !Object.hasOwn(others, event.key)) return;
  event.preventDefault();
  if (steps) nudge(block, steps);
  else others[event.key](block);
}

/** What an arrow does: along time it moves or (with Shift) lengthens, beside time it goes to the next room. */
function stepsOf({ key, shiftKey }, block) {
  const across = block.closest(".board")?.dataset.axis === "across";
  const [along, beside] = across ? [SIDEWAYS, FORWARD] : [FORWARD, SIDEWAYS];
  if (key in along) return shiftKey ? { length: along[key] } : { time: along[key] };
  return key in beside && !shiftKey ? { room: beside[key] } : null;
}

document.addEventListener("keydown", key, { capture: true });
document.addEventListener("focusout", (event) => {
  if (event.target.closest?.(".s[id]") && event.relatedTarget) settle();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("a[href='#keys']")) return;
  event.preventDefault();
  document.querySelector("#keys").showModal();
});
