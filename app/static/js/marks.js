// Questions and offers that one leaves while reading: sent at once, or kept on the device until the network is back.
// Without this module each is a form that the server answers with the page.

import { Queue } from "./queue.js";

const { reader } = document.body.dataset;
const address = document.querySelector("[data-mark-form]")?.dataset.markForm;
const queue = address ? new Queue(`marks ${reader}`, address) : null;
const waiting = document.querySelector("[data-marks-waiting]");

function sayWaiting(trouble = "") {
  const many = queue.all.length;
  const said = many ? `${many === 1 ? "What you wrote waits" : `${many} things that you wrote wait`} on this device: it is sent when the network is back.` : "";
  waiting.textContent = [said, many ? trouble : ""].filter(Boolean).join(" ");
  waiting.hidden = !waiting.textContent;
}

/** Send what waits; the page then shows it where it stands. */
async function meet() {
  if (!queue.all.length) return;
  try {
    const answers = await queue.send();
    const refused = answers.find((one) => one.state === "refused");
    const here = answers.find((one) => one.state === "here");
    sayWaiting();
    if (refused) {
      waiting.textContent = refused.said;
      waiting.hidden = false;
    } else if (here) {
      history.replaceState(null, "", `#mark-${here.number}`);
      location.reload();
    }
  } catch (error) {
    sayWaiting(error.message === "signed out" ? "Sign in again to send it." : "");
  }
}

async function leave(event) {
  const form = event.target.closest("[data-mark-form]");
  if (!form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const typed = new FormData(form, event.submitter);
  const text = typed.get("text").trim();
  const refused = form.querySelector("[data-mark-refused]");
  const isEmpty = typed.get("kind") === "question" && !text;
  refused.textContent = isEmpty ? "Write your question: a sentence is enough." : "";
  refused.hidden = !isEmpty;
  if (isEmpty) {
    form.querySelector("textarea").focus();
    return;
  }
  queue.add({ kind: typed.get("kind"), part: typed.get("part"), text });
  form.reset();
  form.closest("details").open = false;
  sayWaiting();
  await meet();
}

if (queue && waiting) {
  document.addEventListener("submit", leave, true);
  window.addEventListener("online", meet);
  sayWaiting();
  await meet();
}
