// What the shell does beyond HTML: the focus goes to what needs it, open menus close. Pages work without any of it.

/** After an answer that holds errors, the summary of them gets the focus, so that it is read and in view. */
function focusErrors(root) {
  root.querySelector?.("[data-focus]")?.focus();
}

/** A menu or a confirmation closes on Escape and when the focus goes elsewhere. */
function closeOpenMenus(event) {
  for (const menu of document.querySelectorAll("details:is(.viewer, .menu, .confirm)[open]")) {
    const within = menu.contains(event.target) && !event.target.closest(".menu-list a");
    const elsewhere = event.type !== "keydown" && menu.matches(".viewer, .menu") && !within;
    if (event.key === "Escape" && menu.contains(document.activeElement)) {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (elsewhere) {
      menu.open = false;
    }
  }
}

/** A form sent twice by a nervous finger is sent once. The server stands such a second click too; this spares the wait. */
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented) return; // not sent now: js/registration.js first waits for a save on its way
  if (form.method !== "post" || form.matches('[data-hx-post], [data-hx-boost\\:inherited="true"] form')) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
}

/** Signing out clears what this device keeps: check-ins, questions and words that wait there for a network are sent first. */
async function sendFirst(event) {
  const form = event.target;
  if (!form.matches('[action="/sign-out"], [action="/me/sign-ins/end"]')) return;
  if (!Object.keys(localStorage).some((key) => /^plenary-(?:waits|writing):/.test(key))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { mayClear } = await import("./sign-out.js");
  if (await mayClear()) form.submit();
}

/** Updates that a device keeps for reading or writing without a network are one person's: for another, or for nobody, they go. */
async function keepForOne() {
  const { reader } = document.body.dataset;
  if (reader === undefined || (localStorage.getItem("plenary-reader") ?? "") === reader) return;
  if (reader) localStorage.setItem("plenary-reader", reader);
  else localStorage.removeItem("plenary-reader");
  await window.caches?.delete("plenary-reading");
  const door = await window.caches?.open("plenary-door");
  for (const { url } of (await door?.keys()) ?? []) {
    if (/\/updates\/[^/]+\/[^/]+\/edit$/.test(new URL(url).pathname)) await door.delete(url, { ignoreVary: true }); // a draft (rule 5)
  }
  const others = Object.keys(localStorage).filter((key) => key.startsWith("plenary-waits:marks ") && !key.startsWith(`plenary-waits:marks ${reader}:`));
  if (reader) for (const key of others) localStorage.removeItem(key); // nobody sends what another wrote
}

document.addEventListener("submit", sendFirst, true);
document.addEventListener("keydown", closeOpenMenus);
document.addEventListener("click", closeOpenMenus);
document.addEventListener("submit", sendOnce);
document.addEventListener("htmx:after:swap", (event) => focusErrors(event.target));
// A page brought back by the Back button may be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
focusErrors(document);
keepForOne();
