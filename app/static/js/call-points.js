// Points can be dragged by a handle, with a mouse or a finger, beside the arrows, which do the same. Where a point is let go, it
// is put before the one that follows it; the server answers with the list as it stands.

const list = () => document.querySelector("[data-sorting]");

class Drag {
  constructor(point) {
    this.point = point;
    this.next = point.nextElementSibling;
    point.classList.add("is-held");
    this.move = (moving) => this.moved(moving);
    this.end = (ending) => this.ended(ending);
    // On the document: what is put elsewhere in it loses hold of the pointer.
    document.addEventListener("pointermove", this.move);
    for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, this.end);
  }

  moved(event) {
    const others = [...this.point.parentElement.children].filter((one) => one !== this.point);
    const below = others.find((one) => event.clientY < one.getBoundingClientRect().top + one.offsetHeight / 2);
    if (below !== this.point.nextElementSibling) this.point.parentElement.insertBefore(this.point, below ?? null);
  }

  ended(event) {
    document.removeEventListener("pointermove", this.move);
    for (const name of ["pointerup", "pointercancel"]) document.removeEventListener(name, this.end);
    this.point.classList.remove("is-held");
    const list = this.point.parentElement;
    if (event.type === "pointercancel") list.insertBefore(this.point, this.next);
    else if (this.point.nextElementSibling !== this.next) this.put();
  }

  /** Sent by the point's own form, as its arrows are. */
  put() {
    const form = this.point.querySelector("form[data-hx-post]");
    const before = this.point.nextElementSibling?.dataset.point ?? "";
    window.htmx.ajax("POST", form.getAttribute("data-hx-post"), { source: form, target: "#points-list", swap: "outerMorph", values: { before } });
  }
}

/** Each point that can be put elsewhere has a handle; it is for hands alone, the arrows are for keys. */
function equip() {
  for (const point of list()?.querySelectorAll("li[data-point]") ?? []) {
    if (!point.querySelector("form[data-hx-post]") || point.querySelector(".point-handle")) continue;
    const handle = document.createElement("button");
    handle.type = "button";
    handle.className = "point-handle";
    handle.tabIndex = -1;
    handle.setAttribute("aria-hidden", "true");
    handle.textContent = "⠿";
    point.prepend(handle);
  }
}

document.addEventListener("pointerdown", (event) => {
  const point = event.target.closest?.(".point-handle")?.closest("li[data-point]");
  if (!point || event.button) return;
  event.preventDefault();
  new Drag(point);
});
document.addEventListener("htmx:after:swap", equip);
equip();
