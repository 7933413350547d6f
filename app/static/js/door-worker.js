// The one service worker. Asked of the server first, and of what was kept when it does not answer: check-in, one's own code
// and the desk at which an update is written, which a page has kept (js/keep.js), and whatever the server lets a reader's
// device keep (routes/offline.py).

const DOOR = "plenary-door";
const READING = "plenary-reading"; // one reader's; js/shell.js empties it for the next
const READER = "/plenary-reader"; // under which the shelf says whose it is
const ALLOWED = "x-plenary-offline";
const PATIENCE = 5000; // milliseconds; a hall's Wi-Fi rather hangs than fails

async function answer(request) {
  const cache = await caches.open(DOOR);
  const url = new URL(request.url);
  const key = url.pathname.startsWith("/static/") ? request : url.pathname;
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
    if (response.ok && !response.redirected && !url.searchParams.has("q")) await cache.put(key, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(key, { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Put a page on the shelf of its reader, with the moment; another's shelf is emptied first. */
async function shelve(key, response, reader) {
  const owner = await (await caches.match(READER, { cacheName: READING }))?.text();
  if (owner !== reader) await caches.delete(READING);
  const shelf = await caches.open(READING);
  if (owner !== reader) await shelf.put(READER, new Response(reader));
  const headers = new Headers(response.headers);
  headers.set("x-kept-at", new Date().toISOString());
  await shelf.put(key, new Response(await response.blob(), { headers }));
}

/** A page that may have been kept. One that is not waits for the network for as long as the browser does. */
async function read(request) {
  const { pathname, search } = new URL(request.url);
  const kept = search ? undefined : await caches.match(pathname, { cacheName: READING, ignoreVary: true });
  try {
    const response = kept ? await fetch(request, { signal: AbortSignal.timeout(PATIENCE) }) : await fetch(request);
    const reader = response.headers.get(ALLOWED);
    if (response.ok && reader && !search) await shelve(pathname, response.clone(), reader);
    else if (kept && response.status < 500) await (await caches.open(READING)).delete(pathname, { ignoreVary: true });
    return response;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url, mode, headers } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || headers.has("hx-request")) return;
  if (pathname.startsWith("/static/") || (mode === "navigate" && /\/(registration\/(check-in|code)|updates\/[^/]+\/[^/]+\/edit)$/.test(pathname))) {
    event.respondWith(answer(event.request));
  } else if (/^\/[^/]+\/updates\//.test(pathname) && mode === "navigate") {
    event.respondWith(read(event.request));
  }
});
