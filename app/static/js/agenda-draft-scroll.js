// Near an edge of the grid or of the window, what is held scrolls it.

const NEAR = 44; // pixels from an edge
const FASTEST = 14; // pixels a frame

/** Scroll the grid under the pointer (what is drawn or pulled: its own), and the page, by how near their edges are. */
export function scrollNear({ kind, board, x, y, pressed }) {
  const over = kind === "move" ? document.elementFromPoint(x, y) : board.element;
  const scroller = over?.closest(".grid-scroll");
  const [right, down] = [x - pressed.x, y - pressed.y];
  if (scroller) {
    const box = scroller.getBoundingClientRect();
    const across = pull(x, right, Math.max(box.left, 0), Math.min(box.right, innerWidth));
    scroller.scrollBy(across, pull(y, down, Math.max(box.top, 0), Math.min(box.bottom, innerHeight)));
  }
  window.scrollBy(0, pull(y, down, 0, innerHeight));
}

/** Pixels to scroll: none while the pointer moves away from the edge that it is near. */
function pull(at, moved, from, to) {
  if (at < from + NEAR && moved < 0) return -FASTEST * Math.min((from + NEAR - at) / NEAR, 1);
  if (at > to - NEAR && moved > 0) return FASTEST * Math.min((at - to + NEAR) / NEAR, 1);
  return 0;
}
