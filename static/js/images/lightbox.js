// A picture over the whole window, and its neighbours by arrow keys; a click shows its own pixels. What it opens from are
// plain links to the pages of pictures: see open_large.js.

import { read, refresh } from "./marks.js";
import { leaveAt } from "./open_large.js";
import { zoomAt } from "./zoom.js";

const box = document.getElementById("looking");
const part = (name) => box.querySelector(`[data-${name}]`);
let tile = null; // whose picture is shown

const tiles = () => [...document.querySelectorAll(".gallery .tile")];
const linkOf = (each) => each.querySelector("a");
const keyOf = (each) => each.querySelector(".tick input").value;
const pageOf = (each) => `/images/${keyOf(each)}/`; // the link of a tile may lead to all that it stands for
const originalOf = (each) => `${pageOf(each)}original`;

function show(next) {
  tile = next;
  const small = tile.querySelector("img");
  const picture = part("picture");
  picture.src = small.currentSrc || small.src; // at once, until the large one is there
  picture.alt = small.alt;
  picture.width = small.getAttribute("width");
  picture.height = small.getAttribute("height");
  picture.classList.toggle("clear", small.classList.contains("clear"));
  load(originalOf(tile)).then((source) => { if (tile === next) picture.src = source; });
  part("words").textContent = `${tile.querySelector(".over").textContent.trim()} · ${small.alt}`;
  part("page").href = pageOf(tile);
  part("recipe").open = false;
  fitAgain();
  judge(keyOf(tile));
  for (const [name, step] of [["newer", -1], ["older", 1]]) {
    const beside = neighbour(step);
    part(name).disabled = !beside;
    if (beside) load(originalOf(beside));
  }
  if (!neighbour(2)) askForMore();
}

/** Load a picture, so that it is there when it is shown. */
async function load(source) {
  const image = new Image();
  image.src = source;
  await image.decode().catch(() => {});
  return source;
}

const neighbour = (step) => tiles()[tiles().indexOf(tile) + step];
const askForMore = () => window.htmx?.trigger(".sentinel", "revealed");

function step(by) {
  const next = neighbour(by);
  if (next) show(next);
}

function judge(key) {
  const form = box.querySelector(".judge");
  form.dataset.image = key;
  form.elements.image.value = key;
  refresh(key, read(key));
}

const fitAgain = () => box.classList.remove("actual");

async function readRecipe() {
  const shown = tile;
  const page = new DOMParser().parseFromString(await (await fetch(part("page").href)).text(), "text/html");
  const recipe = page.querySelector("dl.kv");
  if (tile === shown && recipe) part("lines").replaceChildren(document.adoptNode(recipe));
}

/** Open the window over the page, with the picture of this tile in it. */
export function open(first) {
  show(first);
  box.showModal();
}

function close() {
  box.querySelector(".judge").dataset.image = ""; // keys mean tiles again
  linkOf(tile).focus(); // where one was looking last
  tile.scrollIntoView({ block: "nearest" });
}

function press(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by && !box.classList.contains("actual")) step(by);
}

function listen() {
  box.addEventListener("close", close);
  box.addEventListener("keydown", press);
  box.addEventListener("click", ({ target }) => { if (target === part("stage")) box.close(); });
  part("picture").addEventListener("click", (event) => zoomAt(box, event));
  part("page").addEventListener("click", (event) => event.ctrlKey || event.metaKey || event.shiftKey || leaveAt(tile));
  part("newer").addEventListener("click", () => step(-1));
  part("older").addEventListener("click", () => step(1));
  part("recipe").addEventListener("toggle", ({ target }) => {
    part("lines").replaceChildren();
    if (target.open) readRecipe();
  });
}

listen();
