// Check-in, one's own code, and the desk at which an update is written, without a network: asked of the server first, and of what was kept when it does not answer.

const KEPT = "plenary-door";
const PATIENCE = 5000; // milliseconds; a hall's Wi-Fi rather hangs than fails

async function answer(request) {
  const cache = await caches.open(KEPT);
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

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { method, url, mode, headers } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || headers.has("hx-request")) return;
  if (pathname.startsWith("/static/") || (mode === "navigate" && /\/(registration\/(check-in|code)|updates\/[^/]+\/[^/]+\/edit)$/.test(pathname))) {
    event.respondWith(answer(event.request));
  }
});
