// The notes of a call are saved as they are typed: after a pause they go to where Save sends them, with the text that they were
// written upon; what somebody else saved meanwhile comes back among them. Until they are saved they lie on this device
// (writing-device.js). Without this module, Save saves.

import { Device, post } from "./writing-device.js";

const PAUSE = 1200; // milliseconds without a keystroke
const AGAIN = 8000; // until what found no answer is sent once more

class Notes {
  constructor(form) {
    this.form = form;
    this.piece = form.dataset.notes;
    this.text = form.elements.namedItem("text");
    this.upon = form.elements.namedItem("upon");
    this.said = form.querySelector("[data-said]");
    this.device = new Device(new URL(form.action).pathname, form.dataset.me);
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.submit(event));
    window.addEventListener("online", () => this.save());
    document.addEventListener("visibilitychange", () => document.hidden && this.save());
    window.addEventListener("beforeunload", (event) => {
      if (this.isUnkept && this.isWaiting) event.preventDefault();
    });
    this.restore();
  }

  get isWaiting() {
    return this.text.value.trim() !== this.upon.value.trim();
  }

  /** What was typed here before and never reached the server goes on from where it began. */
  restore() {
    const entry = this.device.all[this.piece];
    if (!entry || entry.saved !== null) return;
    const sent = new URLSearchParams(entry.sent);
    this.text.value = sent.get("text");
    this.upon.value = sent.get("upon");
    this.save();
  }

  changed() {
    clearTimeout(this.timer);
    this.isUnkept = !this.device.keep(this.piece, { sent: this.fields().toString(), typed: this.text.value, saved: null });
    this.say("Not saved yet");
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  fields() {
    return new URLSearchParams(new FormData(this.form));
  }

  submit(event) {
    event.preventDefault();
    this.save();
  }

  save() {
    clearTimeout(this.timer);
    if (!this.isWaiting) return this.device.drop(this.piece);
    this.sending = (this.sending ?? Promise.resolve()).then(() => this.send());
  }

  async send() {
    if (!this.isWaiting) return;
    const sent = this.text.value;
    try {
      const { status, answer } = await post(this.form.action, this.fields(), this.form.dataset.me);
      if (status >= 400) return this.say(`Not saved: ${answer.refused ?? answer.detail}`);
      this.heard(sent, answer);
    } catch (error) {
      this.say(`Not saved: ${error.message}. It is kept on this device and tried again.`);
      this.timer = setTimeout(() => this.save(), AGAIN);
    }
  }

  /** Who has typed on goes on from what they sent; everybody else reads what stands now. */
  heard(sent, answer) {
    if (this.text.value === sent) {
      if (answer.text !== sent.trim()) this.text.value = answer.text;
      this.upon.value = answer.text;
      this.device.drop(this.piece);
      this.say(answer.together ? `Saved ${answer.at}, together with what others wrote` : `Saved ${answer.at}`);
    } else {
      this.upon.value = sent;
      this.changed();
    }
  }

  say(words) {
    this.said.textContent = words;
  }
}

for (const form of document.querySelectorAll("[data-notes]")) new Notes(form);
