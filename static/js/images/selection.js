// Selecting pictures: shift takes a range, Escape lets all go, a row or a column of a run is taken at once.
// What is ticked is remembered, so that a cell that is replaced stays ticked.

import { keepForm } from "../base/memory.js";

const bar = document.getElementById("selection");
const count = bar?.querySelector("[data-count]");
const chosen = new Set();
let last = null; // the box from which a range begins

const boxes = () => [...document.querySelectorAll(".tick input")];
const boxOf = (element) => element.closest(".tile, .cell")?.querySelector(".tick input");

function say() {
  count.value = `${boxes().filter((box) => box.checked).length} selected`; // what the bar acts on, and nothing else
  for (const button of document.querySelectorAll(".line")) {
    const line = lineOf(button);
    button.setAttribute("aria-pressed", String(line.length > 0 && line.every((box) => box.checked)));
  }
}

function remember(list) {
  for (const box of list) box.checked ? chosen.add(box.value) : chosen.delete(box.value);
  say();
}

function tick(list, checked) {
  for (const box of list) box.checked = checked;
  remember(list);
}

function letGo() {
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
  const matrix = [...button.closest(".matrix").children];
  if (button.dataset.line === "all") return matrix.map(boxOf).filter(Boolean);
  const width = matrix.filter((each) => each.matches(".col")).length + 1;
  const at = matrix.indexOf(button.parentElement);
  const places = button.dataset.line === "row" ? matrix.slice(at + 1, at + width) : matrix.filter((_, n) => n % width === at);
  return places.map(boxOf).filter(Boolean);
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

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && chosen.size && !event.target.closest("dialog, .menu[open]")) letGo();
});

bar?.addEventListener("reset", (event) => {
  event.preventDefault();
  letGo();
});

// What came or was replaced since: ticked as it was.
document.addEventListener("htmx:afterSettle", () => {
  for (const box of boxes()) box.checked = chosen.has(box.value);
  say();
});

// After a reload and after Back the same pictures are ticked, wherever they are now.
if (bar) keepForm(bar, { name: "selection" });
window.addEventListener("pageshow", () => bar && remember(boxes()));
