// What letting go does: the posts that the forms make, too. Until the answer is here, a ghost says what was asked for;
// when none comes, the session goes back to where it was.

import { send } from "./agenda-draft-send.js";
import { glide, glideFrom } from "./agenda-draft-settle.js";
import { dayOf, timeOf } from "./agenda-draft-wall.js";

/**
 * Do what an aim says to a session; resolves as send.js does, or to "nothing". `ghost` stands where it is to go.
 */
export async function carryOut(aim, { session, block, ghost }) {
  const steps = {
    place: () => place(aim, session, block, ghost),
    tray: () => send({ session, path: "tray", fields: {} }),
    swap: () => send({ session, path: "swap", fields: { with: aim.with.id }, touches: [aim.with.id] }),
  };
  const outcome = await steps[aim.act]?.();
  if (!outcome && aim.said) say(`${aim.said}. Nothing was moved.`);
  return outcome ?? "nothing";
}

async function place({ start, minutes, room }, session, block, ghost) {
  const fields = { day: dayOf(start), start: timeOf(start) };
  if (minutes !== session.minutes) fields.minutes = String(minutes);
  if (room) fields.room = room.id;
  ghost.wait();
  if (ghost.box) glideFrom(block.id, () => ghost.box);
  block.classList.add("is-leaving");
  const outcome = await send({ session, path: "placement", fields });
  block.classList.remove("is-leaving");
  const left = ghost.box;
  if (outcome !== "done" && left) glide(document.getElementById(block.id) ?? block, left);
  return outcome;
}

/** A sentence in the draft's live region, for what the server was not asked. */
export function say(sentence) {
  const line = document.createElement("p");
  line.textContent = sentence;
  document.querySelector("#happened").replaceChildren(line);
}
