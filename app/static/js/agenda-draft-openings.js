// While a session is held: when those it needs are busy and which rooms hold them, as the server knows it.

import { convening } from "./agenda-draft-send.js";
import { plus } from "./agenda-draft-wall.js";

/** What the server says of a session's openings; null when it does not answer: one may place it all the same. */
export async function openingsOf(session, signal) {
  const day = document.querySelector("#workbench").dataset.day;
  try {
    const answer = await fetch(`${convening()}/sessions/${session.id}/openings?day=${day}`, { signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

/** Who is busy when it is placed at a time, in words; "" where nobody is. */
export function busyAt(openings, start, minutes) {
  const end = plus(start, minutes);
  const met = openings?.busy.filter((one) => one.from < end && start < one.to) ?? [];
  const worst = met.reduce((most, one) => (one.count > (most?.count ?? 0) ? one : most), null);
  return worst ? worst.said : "";
}

/** What a room is to the session: "fits", "small" or "", and in words. */
export const fitOf = (openings, room) => openings?.rooms[room?.id] ?? { fit: "", said: "" };
