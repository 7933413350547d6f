// What is done to the draft is sent one after another: an act that comes while an earlier one is under way waits for
// its answer. What stands on the page is what the server answered; of what did not arrive, nothing is done.

const LOST = "The server could not be reached, so nothing was changed. What you see is how it was. Try again.";

const line = [];
let underWay = false;
let lost = false;

/**
 * Send an act on a session: `{ session, path, fields, touches }`, where `session` has the id and the ground (`seen`) it
 * stood on when it was taken up, and `touches` are the ids that the act changes.
 * Resolves to "done", "refused" (the answer says why) or "lost" (no answer came).
 */
export function send(act) {
  return new Promise((resolve) => {
    line.push({ ...act, seen: act.session.seen, resolve });
    next();
  });
}

/** Whether an act is under way or waits. */
export const isSending = () => underWay || line.length > 0;

async function next() {
  if (underWay || !line.length) return;
  underWay = true;
  const act = line.shift();
  const touched = [act.session.id, ...(act.touches ?? [])];
  const before = new Map(touched.map((id) => [id, groundOf(id)]));
  await htmx.ajax("POST", `${convening()}/sessions/${act.session.id}/${act.path}`, {
    source: "#panel",
    target: "#workbench",
    swap: "outerMorph",
    values: act.seen ? { ...act.fields, seen: act.seen } : act.fields,
    act,
  });
  const outcome = act.outcome ?? "done";
  if (outcome === "done") carryOn(before);
  tell(outcome);
  underWay = false;
  act.resolve(outcome);
  next();
}

/** What one has changed oneself is no stale ground for one's own acts that wait. */
function carryOn(before) {
  for (const act of line) {
    if (before.has(act.session.id) && act.seen === before.get(act.session.id)) act.seen = groundOf(act.session.id);
  }
}

const groundOf = (id) => document.getElementById(`s${id}`)?.dataset.seen ?? "";

/** The address of the convening. */
export const convening = () => location.pathname.replace(/\/agenda\/draft.*$/, "");

function tell(outcome) {
  const trouble = document.querySelector("#trouble");
  if (outcome === "done") trouble.replaceChildren();
  else document.querySelector("#happened").replaceChildren();
  if (outcome === "lost") trouble.textContent = LOST;
  lost = outcome === "lost";
}

/** Once the network is back, the page shows what the server has: an act whose answer was lost may have been done. */
window.addEventListener("online", async () => {
  if (!lost) return;
  const act = {};
  const drawn = { source: "#panel", target: "#workbench", swap: "outerMorph", act };
  await htmx.ajax("GET", location.pathname + location.search, drawn);
  if (!act.outcome) tell("done");
});
document.addEventListener("htmx:error", (event) => {
  if (event.detail.ctx?.act) event.detail.ctx.act.outcome = "lost";
});
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx?.act) event.detail.ctx.act.outcome = "refused";
});
