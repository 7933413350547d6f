// The door: taps and scans go into a queue, which is sent at once or when the network is back; until then the list that
// was kept is the list. Without this module the page is a list with a button for each person.

import { watch } from "./check-in-camera.js";
import { keep } from "./keep.js";
import { Queue } from "./queue.js";

const EVERY = 5000; // milliseconds between two looks at what others have taken down

const door = document.querySelector("[data-check-in]");
const at = door.dataset.checkIn;
const kept = `plenary-door:${at}`;
const queue = new Queue("check-in", at);
const words = document.querySelector("#q");
const part = (name) => door.querySelector(`[data-${name}]`);
let list = JSON.parse(localStorage.getItem(kept) ?? "[]");
let offline = false;
let stop = null;

function say(state, lines) {
  const scanned = part("scanned");
  scanned.dataset.state = state;
  scanned.textContent = lines.filter(Boolean).join("\n");
  scanned.hidden = false;
}

/** What the server made of what was sent: one person large, of many only those whom one should know of. */
function sayAnswers(answers) {
  if (answers.length === 1) {
    const [one] = answers;
    say(one.state, [one.said, one.place, ...(one.notes ?? [])]);
  } else if (answers.length) {
    const told = answers.filter((one) => one.state !== "here");
    say(told[0]?.state ?? "here", [`${answers.length} check-ins are sent.`, ...told.map((one) => one.said)]);
  }
}

function sayWaiting(trouble = "") {
  const many = queue.all.length;
  const waiting = part("waiting");
  const said = many ? `${many} ${many === 1 ? "check-in waits" : "check-ins wait"} to be sent.` : "";
  waiting.textContent = [offline ? "No network: this is the list as it was kept." : "", said, trouble].filter(Boolean).join(" ");
  waiting.hidden = !waiting.textContent;
}

/** A line of the list as it is drawn without the server. */
function line(guest) {
  const item = document.createElement("li");
  item.className = "guest";
  const said = item.appendChild(document.createElement("div"));
  said.className = "guest-said";
  for (const [tag, text] of [["strong", guest.name], ["span", [guest.place, ...guest.notes].join(", ")]]) {
    const piece = said.appendChild(document.createElement(tag));
    piece.dir = "auto";
    piece.textContent = text;
  }
  const waits = queue.all.some((one) => one.registration === guest.number);
  if (guest.arrived || waits) {
    const here = said.appendChild(document.createElement("span"));
    here.className = "here";
    here.textContent = guest.arrived ? `Here: ${guest.arrived}` : "Here; waits to be sent";
  } else {
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.className = "button";
    button.textContent = "Check in";
    button.setAttribute("aria-label", `Check in ${guest.name}`);
    button.addEventListener("click", () => take({ registration: guest.number }, "list", guest));
  }
  return item;
}

/** Without accents and case, as the server compares. */
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function draw() {
  const wanted = plain(words.value).split(/\s+/);
  const shown = list.filter((guest) => wanted.every((word) => plain(`${guest.name} ${guest.place}`).includes(word)));
  const lines = document.createElement("ul");
  lines.className = "guests";
  lines.append(...shown.map(line));
  document.querySelector("#found").replaceChildren(lines);
}

async function renew() {
  const query = words.value ? `?q=${encodeURIComponent(words.value)}` : "";
  await window.htmx.ajax("GET", at + query, { target: "#found", swap: "outerMorph" });
}

/** Send what waits and look at what others did; what fails is tried again. */
async function meet() {
  try {
    const answers = await queue.send();
    sayAnswers(answers);
    const response = await fetch(`${at}/list.json`, { signal: AbortSignal.timeout(8000) });
    if (response.redirected || !response.ok) throw new Error("signed out");
    const { people } = await response.json();
    const changed = JSON.stringify(people) !== JSON.stringify(list);
    const back = offline;
    offline = false;
    list = people;
    localStorage.setItem(kept, JSON.stringify(people));
    if (changed || back || answers.length) await renew();
    sayWaiting();
  } catch (error) {
    if (error.message === "signed out") {
      sayWaiting("Sign in again to send them.");
      return;
    }
    offline = true;
    sayWaiting();
    if (!document.activeElement?.closest("#found")) draw();
  }
}

async function take(whose, way, guest) {
  if (guest?.arrived) {
    say("before", [`${guest.name} ${guest.arrived}.`, guest.place, ...guest.notes]);
    return;
  }
  queue.add({ at: new Date().toISOString(), way, ...whose });
  // Said at once: a hall's Wi-Fi may take long to answer, and who stands there has a queue behind them.
  say("waits", guest ? [`${guest.name} is here.`, guest.place, ...guest.notes, "Taken down on this device."] : ["Not on the list of this device. The code is sent as soon as there is an answer."]);
  if (offline || !navigator.onLine) draw();
  sayWaiting();
  await meet();
}

async function hashed(code) {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function seen(code) {
  const hash = await hashed(code);
  await take({ code: code.slice(0, 200) }, "scan", list.find((guest) => guest.hash === hash));
}

async function scan() {
  const said = part("scan-said");
  if (stop) {
    stop();
    stop = null;
    said.textContent = "Scan a badge";
    return;
  }
  try {
    stop = await watch(part("camera"), door.dataset.decoder, seen);
    said.textContent = "Stop scanning";
  } catch {
    say("refused", ["The camera cannot be used. Allow it in the browser, or search by name."]);
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target.closest("[data-check-in-form]");
    if (!form) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const number = Number(form.closest("[data-guest]").dataset.guest);
    take({ registration: number }, "search", list.find((guest) => guest.number === number));
  },
  true,
);
words.addEventListener("input", () => offline && draw());
window.addEventListener("online", meet);
window.addEventListener("offline", () => {
  offline = true;
  sayWaiting();
  draw();
});
part("scan").hidden = !navigator.mediaDevices?.getUserMedia;
part("scan").addEventListener("click", scan);
setInterval(meet, EVERY);
const { decoder } = door.dataset;
keep(at, [decoder, new URL("index.js", new URL(decoder, location.href)).pathname]).then(
  () => (part("ready").hidden = false),
  () => undefined, // a browser without a store has the page all the same
);
await meet();
