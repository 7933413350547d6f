// Keeps a page and what it is made of, so that it opens without a network: js/door-worker.js gives it then.

/** Resolves once the page will open without a network. `address` is the page's path, and all that is kept for it is under it or under /static. */
export async function keep(address, more = []) {
  await keepStatics(address, [address, ...more]);
}

/** Have the worker answer for what lies under `scope`, and keep what this page is made of. */
export async function keepStatics(scope, more = []) {
  if (!("serviceWorker" in navigator)) throw new Error("nothing can be kept");
  await navigator.serviceWorker.register("/sw.js", { scope });
  const cache = await caches.open("plenary-door");
  const parts = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const own = parts.filter((url) => url.origin === location.origin && url.pathname.startsWith("/static/"));
  await cache.addAll([...new Set([...own.map((url) => url.pathname + url.search), ...more])]);
  await navigator.serviceWorker.ready;
}

const kept = document.querySelector("[data-keep]");
if (kept) keep(kept.dataset.keep).catch(() => undefined); // a browser without a store has the page all the same
