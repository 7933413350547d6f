// The line of now: stands before the first slot that is not over, while its day is on; on the draft's grid it moves on
// from where the server drew it. Pages work without it.

const MINUTE = 60_000;

function draw() {
  document.querySelector(".now-line")?.remove();
  const now = Date.now();
  for (const day of document.querySelectorAll(".agenda-day")) {
    const slots = [...day.querySelectorAll(".slot")];
    if (!slots.length || now < Date.parse(slots[0].dataset.starts)) continue;
    const next = slots.find((slot) => Date.parse(slot.dataset.ends) > now);
    if (!next) continue;
    const line = document.createElement("p");
    line.className = "now-line";
    line.textContent = "Now";
    next.before(line);
    return;
  }
}

/** On the grid: the row of five minutes in which it is now, by the class that the places of blocks have too. */
function move() {
  for (const line of document.querySelectorAll(".now-row")) {
    const { starts, rows } = line.closest(".board").dataset;
    const row = Math.floor((Date.now() - Date.parse(starts)) / (5 * MINUTE));
    line.className = line.className.replace(/\br-\d+/, `r-${row + 2}`);
    line.hidden = row >= Number(rows);
  }
}

draw();
setInterval(() => {
  draw();
  move();
}, MINUTE);
