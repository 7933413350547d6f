// Signing out clears what this device keeps (sign_in.py says so to the browser). What the door took down and did not
// send yet is sent before that.

import { Queue } from "./check-in-queue.js";

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
  const many = Queue.unsent().reduce((sum, queue) => sum + queue.all.length, 0);
  if (many) {
    const said = many === 1 ? "1 check-in of this device is" : `${many} check-ins of this device are`;
    return window.confirm(`${said} not sent yet, and there is no answer now. Signing out deletes what is not sent. Sign out all the same?`);
  }
  if (!told.length) return true;
  return window.confirm(["The check-ins that waited are sent. Of these you should know:", ...told.map((one) => one.said), "Sign out now?"].join("\n"));
}
