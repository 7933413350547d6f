// The line of now: stands before the first slot that is not over, while its day is on. Pages work without it.

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

draw();
setInterval(draw, MINUTE);
