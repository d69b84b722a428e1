// Selecting pictures: shift takes a range, Escape lets all go, a row or a column of a run is taken at once.
// What is ticked is remembered, so that a cell that is replaced stays ticked.

import { keepForm } from "../base/memory.js";

const bar = document.getElementById("selection");
const count = bar?.querySelector("[data-count]");
const all = bar?.querySelector("[name=all]"); // all that match, also what this page has not loaded
const chosen = new Set();
const without = new Set(); // taken off while all are
let last = null; // the box from which a range begins

const boxes = () => [...document.querySelectorAll(".tick input")];
const boxOf = (element) => element.closest(".tile, .cell")?.querySelector(".tick input");
const isTicked = (box) => (all?.checked ? !without.has(box.value) : chosen.has(box.value));

function say() {
  const ticked = boxes().filter((box) => box.checked).length; // what the bar acts on, and nothing else
  count.value = !all?.checked ? `${ticked} selected` : without.size ? `All but ${without.size}` : "All selected";
  for (const button of document.querySelectorAll(".line")) {
    const line = lineOf(button);
    button.setAttribute("aria-pressed", String(line.length > 0 && line.every((box) => box.checked)));
  }
}

function remember(list) {
  for (const box of list) {
    box.checked ? chosen.add(box.value) : chosen.delete(box.value);
    box.checked || !all?.checked ? without.delete(box.value) : without.add(box.value);
  }
  say();
}

function tick(list, checked) {
  for (const box of list) box.checked = checked;
  remember(list);
}

function letGo() {
  if (all) all.checked = false;
  tick(boxes(), false);
  chosen.clear();
  last = null;
  say();
}

function takeRange(box, checked) {
  const all = boxes();
  const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
  tick(all.slice(Math.max(from, 0), to + 1), checked);
}

/** The boxes of the row or the column whose head this button stands in; of the whole matrix for its corner. */
function lineOf(button) {
  if (button.dataset.line === "day") return dayOf(button);
  const matrix = [...button.closest(".matrix").children];
  if (button.dataset.line === "all") return matrix.map(boxOf).filter(Boolean);
  const width = matrix.filter((each) => each.matches(".col")).length + 1;
  const at = matrix.indexOf(button.parentElement);
  const places = button.dataset.line === "row" ? matrix.slice(at + 1, at + width) : matrix.filter((_, n) => n % width === at);
  return places.map(boxOf).filter(Boolean);
}

/** The boxes of the day whose head this button stands in, as far as they are here. */
function dayOf(button) {
  const found = [];
  for (let each = button.closest(".day").nextElementSibling; each && !each.matches(".day"); each = each.nextElementSibling) {
    found.push(boxOf(each));
  }
  return found.filter(Boolean);
}

document.addEventListener("click", (event) => {
  const line = event.target.closest(".line");
  if (line) {
    const list = lineOf(line);
    tick(list, !list.every((box) => box.checked));
    return;
  }
  const box = event.shiftKey ? boxOf(event.target) : null;
  if (!box) return;
  if (event.target !== box) event.preventDefault(); // a link with shift would open a window
  takeRange(box, event.target === box ? box.checked : true);
});

// What is clicked with shift is taken; the text between is not marked as well.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && boxOf(event.target)) event.preventDefault();
});

document.addEventListener("change", ({ target }) => {
  if (!target.matches(".tick input")) return;
  remember([target]);
  last = target;
});

/* Dragging over the pictures takes those that the frame touches; over an empty place as over a picture. */

const FAR = 8; // pixels, less is a click
let frame = null;

function boundsOf(start, event) {
  const [x, y] = [event.pageX, event.pageY];
  return { left: Math.min(x, start.x), top: Math.min(y, start.y), right: Math.max(x, start.x), bottom: Math.max(y, start.y) };
}

function drawFrame(bounds) {
  frame ??= document.body.appendChild(Object.assign(document.createElement("div"), { className: "drag-frame" }));
  const { left, top, right, bottom } = bounds;
  Object.assign(frame.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
}

function isTouched(tile, bounds) {
  const box = tile.getBoundingClientRect();
  const [left, top] = [box.left + scrollX, box.top + scrollY];
  return left < bounds.right && left + box.width > bounds.left && top < bounds.bottom && top + box.height > bounds.top;
}

/** What the mouse is let go over was not clicked. */
function swallowClick() {
  const swallow = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
}

function drag(down) {
  const start = { x: down.pageX, y: down.pageY };
  const ends = new AbortController();
  let bounds = null;
  const move = (event) => {
    const found = boundsOf(start, event);
    if (!bounds && Math.hypot(found.right - found.left, found.bottom - found.top) < FAR) return;
    bounds = found;
    drawFrame(bounds);
  };
  const end = () => {
    ends.abort();
    frame?.remove();
    frame = null;
    if (!bounds) return;
    tick([...document.querySelectorAll(".gallery .tile")].filter((tile) => isTouched(tile, bounds)).map(boxOf).filter(Boolean), true);
    swallowClick();
  };
  addEventListener("pointermove", move, { signal: ends.signal });
  addEventListener("pointerup", end, { signal: ends.signal });
  addEventListener("pointercancel", end, { signal: ends.signal });
}

document.querySelector(".gallery")?.addEventListener("pointerdown", (event) => {
  if (event.pointerType !== "mouse" || event.button || event.shiftKey || event.target.closest(".tick, button")) return;
  drag(event);
});
document.querySelector(".gallery")?.addEventListener("dragstart", (event) => event.preventDefault()); // of a picture or a link

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen.size && !event.target.closest("dialog, .menu[open]")) letGo();
});

all?.addEventListener("change", () => {
  without.clear();
  tick(boxes(), all.checked);
});

// Of all that match only what is not meant is sent: the server finds the others.
bar?.addEventListener("formdata", ({ formData }) => {
  if (!all?.checked) return;
  formData.delete("image");
  for (const key of without) formData.append("without", key);
});

bar?.addEventListener("reset", (event) => {
  event.preventDefault();
  letGo();
});

// What came or was replaced since: ticked as it was.
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) box.checked = isTicked(box);
  say();
});

// After a reload and after Back the same pictures are ticked, wherever they are now.
if (bar) keepForm(bar, { name: "selection" });
window.addEventListener("pageshow", () => bar && remember(boxes()));
