// Wheel, drag, pinch and double click on any pane move all of them.

import { pan, zoomAt } from "./view.js";

const WHEEL = 0.0016; // of a zoom for one pixel of wheel
const TRACKPAD_PINCH = 0.01; // the same when the browser says it is a pinch
const LINE = 16; // pixels of one line of wheel

/** `paneOf(element)`: the pane there; `get()` and `set(view)`: the common view; `toggle(pane, point)`: fit or 1:1. */
export function watch(root, { paneOf, get, set, toggle }) {
  const pointers = new Map(); // id to its last place

  const pointIn = (pane, event) => {
    const box = pane.box.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  root.addEventListener("wheel", (event) => {
    const pane = paneOf(event.target);
    if (!pane) return;
    const delta = event.deltaY * (event.deltaMode === 1 ? LINE : 1);
    if (delta > 0 && get().zoom <= 1 && !event.ctrlKey) return; // nothing to zoom out of: the page scrolls
    event.preventDefault();
    set(zoomAt(get(), Math.exp(-delta * (event.ctrlKey ? TRACKPAD_PINCH : WHEEL)), pointIn(pane, event), pane.frame));
  }, { passive: false });

  root.addEventListener("pointerdown", (event) => {
    if (!paneOf(event.target) || event.button || event.target.closest("[data-edge]")) return;
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (get().zoom > 1 || pointers.size > 1) event.target.setPointerCapture(event.pointerId);
  });

  root.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    const pane = before && paneOf(event.target);
    if (!pane) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    set(other ? pinched(get(), pane, before, now, other) : pan(get(), now.x - before.x, now.y - before.y, pane.frame));
  });

  for (const end of ["pointerup", "pointercancel"]) {
    root.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }

  root.addEventListener("dblclick", (event) => {
    const pane = paneOf(event.target);
    if (pane) toggle(pane, pointIn(pane, event));
  });
}

/** Two fingers: their distance zooms, their middle moves. */
function pinched(view, pane, before, now, other) {
  const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
  const middle = (point) => ({ x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
  const box = pane.box.getBoundingClientRect();
  const from = middle(before);
  const to = middle(now);
  const zoomed = zoomAt(view, apart(now) / apart(before), { x: from.x - box.left, y: from.y - box.top }, pane.frame);
  return pan(zoomed, to.x - from.x, to.y - from.y, pane.frame);
}
