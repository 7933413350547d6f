// One stream of a page on which it hears what others do: only while the page is in view, since a browser has few connections
// to spare, and begun anew when the line is cut, which a lost network does not say.

const RETRY = 3000; // milliseconds until what failed is tried again, at first; then longer
const SELDOM = 60_000; // and at most
const CALM = 2500; // milliseconds without a connection before it is said
const SILENT = 40_000; // milliseconds without a word: the server says something every fifteen seconds

/** Listen at an address. `told` has a function for each event ("here", "changed"), `lost` and `back` for the connection, and
    `elsewhere` for a stream that was ended because the same person opened several others. */
export function listen(address, told) {
  let source = null;
  let silence = null;
  let heard = 0;
  let retry = RETRY;

  function begin() {
    if (source || document.hidden) return;
    source = new EventSource(address);
    heard = Date.now();
    source.addEventListener("open", () => {
      heard = Date.now();
      retry = RETRY;
      back();
    });
    source.addEventListener("error", lost);
    source.addEventListener("beat", () => (heard = Date.now()));
    for (const event of ["here", "changed"]) {
      source.addEventListener(event, ({ data }) => {
        heard = Date.now();
        told[event](JSON.parse(data));
      });
    }
    source.addEventListener("elsewhere", () => {
      stop();
      told.elsewhere();
    });
  }

  function stop() {
    source?.close();
    source = null;
    back();
  }

  /** The line is cut, and the browser may not know it yet: begin anew. */
  function cut() {
    source?.close();
    source = null;
    lost();
    begin();
  }

  function back() {
    clearTimeout(silence);
    silence = null;
    told.back();
  }

  function lost() {
    silence ??= setTimeout(told.lost, CALM);
    if (source?.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    source = null;
    setTimeout(begin, retry);
    retry = Math.min(retry * 2, SELDOM);
  }

  setInterval(() => {
    if (source && Date.now() - heard > SILENT) cut();
  }, SILENT / 4);
  window.addEventListener("offline", cut);
  window.addEventListener("online", cut);
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : begin()));
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", begin);
  begin();
}
