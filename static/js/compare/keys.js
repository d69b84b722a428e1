// Everything by key; the sheet under ? says the same.

import { RATING_KEYS } from "../images/rating_names.js";

const ACTS = {
  Delete: ["drop"], Backspace: ["drop"], r: ["back"], s: ["swap"], v: ["mode"], w: ["ground"],
  n: ["names"], t: ["pairs"], z: ["toggle"], ".": ["fit"], "+": ["in"], "=": ["in"], "-": ["out"], " ": ["flip"], "?": ["keys"],
  ArrowLeft: ["move", -1, 0], ArrowRight: ["move", 1, 0], ArrowUp: ["move", 0, -1], ArrowDown: ["move", 0, 1],
};

/** With shift every letter leads to its picture; F and L alone are the heart, as everywhere. */
function actOf(key, shifted) {
  if (/^[a-l]$/.test(key) && (shifted || !(key in RATING_KEYS))) return ["go", key.toUpperCase()];
  if (key in RATING_KEYS) return ["judge", RATING_KEYS[key]];
  return ACTS[key];
}

export function listen(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input[type=text], textarea, select, [contenteditable]");
    const pressing = (event.key === " " || event.key.startsWith("Arrow")) && event.target.closest("button, a, summary, input");
    const [name, ...how] = actOf(event.key.length === 1 ? event.key.toLowerCase() : event.key, event.shiftKey) ?? [];
    if (typing || pressing || !acts[name]) return;
    event.preventDefault();
    acts[name](...how);
  });
}
