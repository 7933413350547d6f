// Signing out clears what this device keeps (sign_in.py says so to the browser). What it took down and did not send yet, at
// the door, while reading and at the desk of an update, is sent before that.

import { Queue } from "./queue.js";
import { Device } from "./writing-device.js";

const WORDS = { "check-in": ["check-in", "check-ins"], marks: ["question or offer", "questions or offers"] };

function said(kind, many) {
  const [one, several] = WORDS[kind.split(" ")[0]];
  return `${many} ${many === 1 ? `${one} of this device is` : `${several} of this device are`} not sent yet.`;
}

/** Whether the device may be cleared: all is sent, or who signs out knows what is lost and says so. */
export async function mayClear() {
  const told = [];
  for (const queue of Queue.unsent()) {
    try {
      while (queue.all.length) told.push(...(await queue.send()).filter((one) => one.state !== "here"));
    } catch {
      // it is counted below
    }
  }
  for (const desk of Device.unsent()) await desk.sendAll();
  const lost = Queue.unsent().map((queue) => said(queue.kind, queue.all.length));
  const words = Device.unsent().reduce((sum, desk) => sum + desk.waiting.length, 0);
  if (words) lost.push(`Words of yours in ${words === 1 ? "one part" : `${words} parts`} of an update are not saved yet.`);
  if (lost.length) {
    return window.confirm([...lost, "There is no answer now, and signing out deletes this. Sign out all the same?"].join(" "));
  }
  if (!told.length) return true;
  return window.confirm(["What waited is sent. Of these you should know:", ...told.map((one) => one.said), "Sign out now?"].join("\n"));
}
