// The panel beside the grid: it opens with a session's form, closes on Escape or its own link, and gives the focus back.

import { convening } from "./agenda-draft-send.js";

const panel = document.querySelector("#panel");
let known = null; // the ids of the blocks there were when the form of a new session was opened

/** Open a session's form, as its link does. */
export const edit = (block) => block.querySelector("a.to")?.click();

/** Open the form of a new session, begun with a day, start, minutes and a room. */
export function begin(start, minutes, room) {
  const said = new URLSearchParams({ day: start.slice(0, 10), start: start.slice(11), minutes, room: room || "" });
  panel.dataset.from = "";
  return htmx.ajax("GET", `${convening()}/agenda/draft/sessions/new?${said}`, { source: ".draft", target: "#panel", swap: "innerHTML" });
}

export const isOpen = () => panel.childElementCount > 0;

export function close() {
  const opened = panel.dataset.from ? document.getElementById(panel.dataset.from) : newest();
  panel.replaceChildren();
  panel.dataset.shown = "";
  (opened?.querySelector("a.to") ?? opened?.querySelector("a"))?.focus({ preventScroll: true });
}

/** The block of the session that was made in the panel. */
const newest = () => blocks().find((one) => known && !known.has(one.id));

const blocks = () => [...document.querySelectorAll(".s[id]")];

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.(".s a.to, .s a[data-hx-get]");
  if (opener) panel.dataset.from = opener.closest(".s").id;
  else if (event.target.closest?.("a[href*='/sessions/new']")) panel.dataset.from = "";
  if (event.target.closest?.("[data-close]")) {
    event.preventDefault();
    close();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && isOpen() && !event.defaultPrevented && !document.querySelector("dialog[open]")) close();
});
document.addEventListener("htmx:after:swap", () => {
  const heading = panel.querySelector("h2");
  if (heading && !panel.contains(document.activeElement) && panel.dataset.shown !== heading.textContent) {
    heading.tabIndex = -1;
    heading.focus();
  }
  if (heading && !panel.dataset.shown) known = new Set(blocks().map((one) => one.id));
  if (!heading && panel.dataset.shown) close();
  panel.dataset.shown = heading?.textContent ?? "";
});
