// Reference images: put in order by drag and by keys, named in the prompt by one click. Loaded with the first of them.

import { recall, rememberOnLeaving } from "../base/memory.js";

const compose = () => document.getElementById("compose");
const area = () => document.getElementById("references");
const list = () => area().querySelector(".inputs");
const items = () => [...(list()?.children ?? [])];
const keys = () => items().map((item) => item.dataset.key);

function changed() {
  items().forEach((item, n) => { item.querySelector("[data-number]").textContent = n + 1; });
  matchShape();
  compose().dispatchEvent(new Event("offer"));
}

// -- the shape of the first picture, as long as nobody has chosen another ---------------------------------------------

let had = compose().dataset.references === "some"; // as the page came

function matchShape() {
  const tile = compose().querySelector(".match");
  const any = items().length > 0;
  const usual = compose().querySelector("[name=aspect_ratio][value='1:1']");
  const match = tile.querySelector("input");
  tile.hidden = !any;
  if (any && !had && usual.checked) [usual.checked, match.checked] = [false, true];
  if (!any && match.checked) [match.checked, usual.checked] = [false, true];
  had = any;
}

document.addEventListener("fluxweb:references", () => {
  document.getElementById("picker").close();
  matchShape();
  sendWaiting();
});

// -- the prompt names them ---------------------------------------------------------------------------------------------

function insertName(chip) {
  const { prompt } = compose().elements;
  const { selectionStart: start, selectionEnd: end, value } = prompt;
  const before = start > 0 && !/\s$/.test(value.slice(0, start)) ? " " : "";
  const after = end < value.length && !/^[\s.,;:!?]/.test(value.slice(end)) ? " " : "";
  prompt.focus();
  prompt.setRangeText(before + chip.textContent.trim().replace(/\s+/g, " ") + after, start, end, "end");
  prompt.dispatchEvent(new Event("input", { bubbles: true }));
}

// -- order and removal -------------------------------------------------------------------------------------------------

function move(item, by) {
  const all = items();
  const to = all.indexOf(item) + by;
  if (to < 0 || to >= all.length) return;
  all[to][by < 0 ? "before" : "after"](item);
  changed();
}

function takeOut(item) {
  const place = items().indexOf(item);
  const home = list();
  item.remove();
  changed();
  const putBack = () => {
    if (!home.isConnected) return refill([...keys().slice(0, place), item.dataset.key, ...keys().slice(place)]);
    const next = home.children[place];
    if (next) next.before(item);
    else home.append(item);
    changed();
  };
  const said = `${item.querySelector("img").alt} is taken out.`;
  document.dispatchEvent(new CustomEvent("fluxweb:undoable", { detail: { said, undo: putBack } }));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#references button");
  const item = button?.closest("li");
  if (!item) return;
  if (button.dataset.insert !== undefined) insertName(button);
  else if (button.dataset.move) { move(item, Number(button.dataset.move)); button.focus(); }
  else if (button.name === "reference_drop") { event.preventDefault(); takeOut(item); }
}, true);

document.addEventListener("keydown", (event) => {
  const item = event.target.closest?.("#references li");
  const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!item || !by || !event.altKey) return;
  event.preventDefault();
  move(item, by);
  event.target.focus();
});

// -- drag to another place ---------------------------------------------------------------------------------------------

let dragged = null;

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("#references li");
  if (dragged) event.dataTransfer.effectAllowed = "move";
});

document.addEventListener("dragover", (event) => {
  const over = dragged && event.target.closest?.("#references li");
  if (!over) return;
  event.preventDefault();
  if (over === dragged) return;
  const { left, width } = over.getBoundingClientRect();
  over[event.clientX < left + width / 2 ? "before" : "after"](dragged);
});

document.addEventListener("dragend", () => {
  if (dragged) changed();
  dragged = null;
});

// Where files would be taken.
const mark = (event) => area()?.classList.toggle("over", event.type === "dragover" && event.dataTransfer.types.includes("Files"));
for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, mark);

// -- files: however they come, they go through the field for them, one upload after the other ------------------------

let waiting = [];

/** Upload files that were pasted or dropped; what is no picture is left aside. */
export function send(files) {
  waiting.push(...[...files].filter((file) => file.type.startsWith("image/") || !file.type));
  sendWaiting();
}

function sendWaiting() {
  const field = document.getElementById("id_reference");
  if (!waiting.length || field.disabled) return; // it is while an upload is on its way
  const transfer = new DataTransfer();
  for (const file of waiting) transfer.items.add(file);
  waiting = [];
  field.files = transfer.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("htmx:xhr:progress", ({ detail }) => {
  const bar = area()?.querySelector("progress");
  if (!bar || !detail.lengthComputable) return;
  bar.hidden = detail.loaded === detail.total;
  bar.value = (100 * detail.loaded) / detail.total;
});

// -- who comes back finds the pictures again ---------------------------------------------------------------------------

function refill(wanted, more = {}) {
  const typed = new FormData(compose());
  for (const name of ["reference", "reference_key"]) typed.delete(name);
  const values = Object.fromEntries([...new Set(typed.keys())].map((name) => [name, typed.getAll(name)]));
  const address = document.getElementById("id_reference").getAttribute("hx-post");
  htmx.ajax("POST", address, { target: "#references", swap: "outerHTML", values: { ...values, ...more, reference_key: wanted } });
}

function howUsed() {
  const { references_as: used, join } = compose().elements;
  return { ...(used?.value && { references_as: used.value }), ...(join?.checked && { join: "on" }) };
}

const held = recall("references");
if (held?.keys.length && !items().length) {
  had = true; // the shape was chosen with them
  refill(held.keys, held.more);
}
rememberOnLeaving("references", () => ({ keys: keys(), more: howUsed() }));
matchShape();
document.getElementById("picker").close(); // from which the first may have come
