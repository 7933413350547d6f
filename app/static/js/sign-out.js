// Signing out clears what this device keeps (sign_in.py says so to the browser). What the door took down, and what was typed at
// the desk of an update, and is not sent yet, is sent before that.

import { Queue } from "./check-in-queue.js";
import { Device } from "./writing-device.js";

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
  const many = Queue.unsent().reduce((sum, queue) => sum + queue.all.length, 0);
  const words = Device.unsent().reduce((sum, desk) => sum + desk.waiting.length, 0);
  const lost = [
    many && (many === 1 ? "1 check-in of this device is" : `${many} check-ins of this device are`),
    words && (words === 1 ? "Words of yours in one part of an update are" : `Words of yours in ${words} parts of an update are`),
  ].filter(Boolean);
  if (lost.length) {
    return window.confirm(`${lost.map((one) => `${one} not saved yet.`).join(" ")} Signing out deletes what is not saved. Sign out all the same?`);
  }
  if (!told.length) return true;
  return window.confirm(["The check-ins that waited are sent. Of these you should know:", ...told.map((one) => one.said), "Sign out now?"].join("\n"));
}
