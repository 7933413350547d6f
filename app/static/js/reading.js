// Reading the updates: the page opens again without a network, says then of when it is, and remembers how far one has
// read. Without this module the page is a text with a button "Mark as read".

import { keepStatics } from "./keep.js";

const READING = "plenary-reading";
const AN_HOUR = 3600000; // milliseconds
const STANDING = "x-plenary-standing"; // of the cohort's updates: another one once something was taken out of any
const GONE = "not to be kept";
const article = document.querySelector("[data-reading]"); // an update; the list of all has none
const offline = document.querySelector("[data-offline]");
const scope = location.pathname.match(/^\/[^/]+\/updates\//)?.[0];

/** When the page that is kept under this address was kept; null where none is. */
async function keptAt() {
  const kept = await window.caches?.match(location.pathname, { cacheName: READING, ignoreVary: true });
  return kept?.headers.get("x-kept-at") ?? null;
}

async function sayOffline() {
  const at = await keptAt();
  if (!offline || !at) return;
  const said = new Date(at).toLocaleString("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  offline.textContent = `No network: this page is as it was on ${said}.`;
  offline.hidden = false;
}

/** Ask for a page by hand, so that the worker's shelf has it although it did not see it come; how the updates stand. */
export async function take(address) {
  const response = await fetch(address, { headers: { accept: "text/html" }, signal: AbortSignal.timeout(15000) });
  const reader = response.headers.get("x-plenary-offline");
  if (!response.ok || response.redirected || reader !== document.body.dataset.reader) throw new Error(GONE);
  const shelf = await caches.open(READING);
  const headers = new Headers(response.headers);
  headers.set("x-kept-at", new Date().toISOString());
  await shelf.put("/plenary-reader", new Response(reader));
  await shelf.put(new URL(address, location.href).pathname, new Response(await response.blob(), { headers }));
  return headers.get(STANDING);
}

/** What was kept when the updates stood otherwise, or more than an hour ago, is asked for again: what was corrected, taken
    out or hidden since is not to be read on this device. */
async function freshen(standing) {
  const shelf = await caches.open(READING);
  for (const { url } of await shelf.keys()) {
    const { pathname } = new URL(url);
    const headers = (await shelf.match(url, { ignoreVary: true }))?.headers;
    const at = headers?.get("x-kept-at");
    const stands = !standing || headers?.get(STANDING) === standing;
    if (!at || (stands && Date.now() - new Date(at) < AN_HOUR)) continue;
    try {
      await take(pathname);
    } catch (error) {
      if (error.message === GONE) await shelf.delete(url, { ignoreVary: true });
    }
  }
}

/** From now on the worker keeps what is opened here; this page, which it did not see, is kept by hand. */
async function stay() {
  if (!("serviceWorker" in navigator) || !scope) return;
  await keepStatics(scope);
  const standing = location.search ? null : await take(location.pathname);
  document.documentElement.dataset.kept = "yes";
  await freshen(standing);
}

/** A text that one reads: the last heading that was on the upper half of the screen is where one is. */
function follow() {
  const { reading, version } = article.dataset;
  const headings = [...article.querySelectorAll("h2[id^='part-']")];
  const foot = article.querySelector("[data-read-to]");
  let part = "";
  let sent = null;
  let finished = false;
  const form = () => new URLSearchParams({ version, part, quietly: "yes", ...(finished ? { finished: "yes" } : {}) });
  const look = () => {
    const passed = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 2);
    part = passed.at(-1)?.id ?? "";
  };
  const send = async () => {
    look();
    const said = form().toString();
    if (said === sent) return;
    sent = said;
    try {
      await fetch(reading, { method: "POST", body: form(), signal: AbortSignal.timeout(8000), keepalive: true });
      if (offline) offline.hidden = true;
    } catch {
      sent = null; // it is said again with the next
      await sayOffline();
    }
  };
  new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting) || finished) return;
    finished = true;
    send();
    const said = article.querySelector("[data-read-said]");
    if (said) said.hidden = false;
  }).observe(foot);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
  window.addEventListener("online", send);
  setTimeout(send, 3000); // who only passes through has not begun
}

/** A swipe along the line leads to the next city, or back. What is selected or scrolled sideways is left alone. */
function swipe() {
  let start = null;
  article.addEventListener("touchstart", ({ touches }) => (start = touches.length === 1 ? touches[0] : null), { passive: true });
  article.addEventListener("touchend", ({ changedTouches }) => {
    const [end] = changedTouches;
    if (!start || !end || String(getSelection())) return;
    const along = end.clientX - start.clientX;
    const across = Math.abs(end.clientY - start.clientY);
    if (Math.abs(along) < 90 || across > Math.abs(along) / 3) return;
    document.querySelector(along < 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
  });
}

/** "Keep all on this device": each page is asked for, one after the other. */
function takeAlong(button) {
  const said = document.querySelector("[data-taken]");
  button.addEventListener("click", async () => {
    button.disabled = true;
    const pages = button.dataset.take.trim().split(" ");
    let kept = 0;
    for (const address of pages) {
      try {
        await take(address);
        kept += 1;
      } catch {
        // counted below
      }
      said.textContent = `${kept} of ${pages.length} are on this device.`;
    }
    button.disabled = kept === pages.length;
  });
}

if (article) {
  follow();
  swipe();
} else {
  fetch("/healthz", { signal: AbortSignal.timeout(8000) }).catch(sayOffline);
}
stay().then(
  () => {
    const along = document.querySelector("[data-take-along]");
    if (along) {
      along.hidden = false;
      takeAlong(along.querySelector("[data-take]"));
    }
  },
  () => undefined, // a browser without a store has the page all the same
);
