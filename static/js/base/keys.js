// Keys that lead somewhere from everywhere: G and a letter to a page, N to a new prompt, / to the search of a page. A page's
// own keys come first; but the letter after G means the page only, and rates nothing on its way.

const ELSEWHERE = "input, textarea, select, [contenteditable], dialog";
const GOING_MS = 1500;
let going = 0;

const isElsewhere = (event) => event.target.closest?.(ELSEWHERE) || document.querySelector("dialog[open]");
const isPlain = (event) => !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;

function follow(kind, event) {
  const goals = [...document.querySelectorAll(`[data-${kind}]`)];
  const goal = goals.find((each) => each.dataset[kind] === event.key.toLowerCase());
  if (!goal) return false;
  event.preventDefault();
  if (goal.matches("input")) goal.focus();
  else goal.click();
  return true;
}

function hearLetter(event) {
  const isNext = Date.now() - going < GOING_MS && isPlain(event) && !isElsewhere(event);
  if (event.key !== "Shift") going = 0;
  if (isNext && follow("go", event)) event.stopImmediatePropagation();
}

function hearFirst(event) {
  if (event.defaultPrevented || !isPlain(event) || isElsewhere(event)) return;
  if (event.key.toLowerCase() === "g") going = Date.now();
  else follow("key", event);
}

/** Hear a key that was pressed before this was here. */
export function hear(event) {
  if (event.defaultPrevented) return;
  hearLetter(event);
  hearFirst(event);
}

addEventListener("keydown", hearLetter, { capture: true });
addEventListener("keydown", hearFirst);
