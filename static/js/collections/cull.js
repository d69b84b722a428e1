// Nothing but the picture and keys. The list of the page is the pile; one of it is shown, the next ones are loaded ahead.

import { rate, read, undo } from "../images/marks.js";
import { RATING_KEYS } from "../images/rating_names.js";

const AHEAD = 3; // originals that are loaded before they are shown
const REFILL = 8; // so few pictures ahead, and the next ones are asked for

const list = document.getElementById("cull");
const end = document.getElementById("cull-end");
const output = document.getElementById("left");
const judged = new Set(); // since the server counted
let left = Number(output.value);
let poll = Number(list.dataset.poll);
let current = null;
let asking = false;
let isAll = false; // the server had no more, and nothing more comes

const pictures = () => [...list.querySelectorAll("li[data-key]")];
const beside = (step) => pictures()[pictures().indexOf(current) + step];

function load(picture) {
  const image = picture.querySelector("img");
  if (!image.dataset.original) return;
  const full = new Image();
  full.src = image.dataset.original;
  delete image.dataset.original;
  full.decode().then(() => { image.src = full.src; }, () => {}); // else the small one stays
}

/** Show a picture; none: what was there is judged. */
function show(picture) {
  current?.classList.remove("current");
  current = picture ?? null;
  end.hidden = Boolean(current);
  if (current) {
    current.classList.add("current");
    current.focus({ preventScroll: true });
    const all = pictures();
    const at = all.indexOf(current);
    for (const each of all.slice(at, at + 1 + AHEAD)) load(each);
  }
  count();
  refill();
}

function count() {
  output.value = Math.max(0, left - judged.size);
}

const ahead = () => (current ? pictures().length - pictures().indexOf(current) - 1 : 0);

/** Ask for the pictures behind the last one. */
async function refill() {
  if (asking || isAll || ahead() >= REFILL) return;
  asking = true;
  const last = pictures().at(-1)?.dataset.key;
  const address = new URL(list.dataset.next, location);
  if (last) address.searchParams.set("after", last);
  try {
    const response = await fetch(address, { headers: { "HX-Request": "true" } });
    if (response.ok) take(await response.text());
    else isAll = true;
  } catch {
    // away for a moment: the next step, or the next poll, asks again
  }
  asking = false;
}

function take(html) {
  const came = document.createElement("template");
  came.innerHTML = html;
  const said = came.content.querySelector("[data-left]");
  const known = new Set(pictures().map((each) => each.dataset.key));
  const fresh = [...came.content.querySelectorAll("li[data-key]")].filter((each) => !known.has(each.dataset.key));
  left = Number(said.dataset.left);
  judged.clear();
  poll = Number(said.dataset.poll);
  isAll = !fresh.length && !poll;
  list.append(...fresh);
  if (!current && fresh.length) show(fresh[0]);
  count();
}

document.addEventListener("fluxweb:rated", ({ detail }) => {
  if (read(detail.key).verdict) judged.add(detail.key);
  else judged.delete(detail.key);
  count();
});

function press(what) {
  if (!current) return;
  rate([current.dataset.key], what);
  if (read(current.dataset.key).verdict && !/\d|favourite/.test(what)) step(1);
}

function step(way) {
  const next = current ? beside(way) : way < 0 && pictures().at(-1);
  if (next || way > 0) show(next);
}

function back() {
  const [key] = undo();
  const picture = key && pictures().find((each) => each.dataset.key === key);
  if (picture) show(picture);
}

const sheet = document.getElementById("rating-keys");
const ACTS = {
  ArrowRight: () => step(1), ArrowLeft: () => step(-1), " ": () => step(1), z: back, "?": () => sheet.showModal(),
  Escape: () => document.querySelector("a[rel=up]").click(),
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open], .menu[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === " " && event.target.closest("button, a")) return;
  if (!(key in ACTS) && !(key in RATING_KEYS)) return;
  event.preventDefault();
  if (key in ACTS) ACTS[key]();
  else press(RATING_KEYS[key]);
});

// A click on a verdict goes on, like its key.
list.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button && !/\d|favourite/.test(button.dataset.do)) {
    const { key } = button.closest("li").dataset;
    setTimeout(() => read(key).verdict && current?.dataset.key === key && step(1));
  }
});
document.querySelector("[data-keys]").addEventListener("click", ACTS["?"]);

setInterval(() => {
  if (poll && !document.hidden) refill();
}, 1000 * (poll || 60));

document.documentElement.classList.add("live");
show(pictures()[0]);
