// Ratings by key where pictures lie as tiles, or one is shown alone: the same keys as in a comparison.

import { RATING_KEYS } from "./rating_names.js";

const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

// What rates comes with the first sign that somebody is there: until then the page has less to load.
let marks = null;
let loading = null;
const load = () => (loading ??= import("./marks.js").then((module) => (marks = module), () => (loading = null)));
const trouble = new CustomEvent("fluxweb:trouble", { detail: { said: "The server cannot be reached: press again." } });
for (const sign of ["pointermove", "focusin", "keydown"]) addEventListener(sign, load, { once: true, capture: true });

/** Which pictures a key means: that of an open dialog; the tile with the focus, or under the pointer; what is ticked. */
function meant() {
  const dialog = document.querySelector("dialog[open]");
  if (dialog) return alone(dialog);
  const tile = document.activeElement.closest(".tile, .cell") ?? document.querySelector(":is(.tile, .cell):hover");
  const box = tile?.querySelector(".tick input");
  if (box && !box.checked) return [box.value];
  const ticked = [...document.querySelectorAll(".tick input:checked")].map((each) => each.value);
  return ticked.length ? ticked : alone(document);
}

const alone = (where) => [...where.querySelectorAll(".judge")].map((judge) => judge.dataset.image).filter(Boolean).slice(0, 1);

document.addEventListener("keydown", (event) => {
  const key = event.key.toLowerCase();
  if (event.target.closest(TYPED) || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (key === "z" && !event.shiftKey && marks?.undo().length) event.preventDefault();
    return;
  }
  if (key === "?") document.querySelector("dialog#rating-keys:not([open])")?.showModal();
  const keys = key in RATING_KEYS ? meant() : [];
  if (!keys.length) return;
  event.preventDefault();
  // In the order of the presses.
  load().then((loaded) => (loaded ? loaded.rate(keys, RATING_KEYS[key]) : document.dispatchEvent(trouble)));
});
