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

/** Signing out clears what this device keeps: check-ins and words that wait there for a network are sent first. */
async function sendFirst(event) {
  const form = event.target;
  if (!form.matches('[action="/sign-out"], [action="/me/sign-ins/end"]')) return;
  if (!Object.keys(localStorage).some((key) => /^plenary-(?:check-in|writing):/.test(key))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { mayClear } = await import("./sign-out.js");
  if (await mayClear()) form.submit();
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
