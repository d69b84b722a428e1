// The page that compares: all panes follow one view, two of them can be laid on one another, keys do everything.

import { readLook, writeLook, writePictures } from "./address.js";
import { keepForm } from "../base/memory.js";
import { watch } from "./gestures.js";
import { listen } from "./keys.js";
import { Pane } from "./pane.js";
import { rate } from "../images/marks.js";
import { Stage } from "./stage.js";
import { WHOLE, arrange, clamp, fitScale, oneToOne, pan, zoomAt } from "./view.js";

const GAP = 2; // px between panes, as in compare.css
const LEAST = 320; // px: the least height for pictures, however low the window is
const BELOW = 24; // px under the pictures
const PEEK = 0.94; // of a phone's width for one picture: an edge of the next one says that there is one
const TALLEST = 0.62; // of a phone's window: so high a picture gets
const PHONE = matchMedia("(max-width: 720px)");
const STEP = 60; // px that an arrow key moves
const MODES = ["grid", "slider", "overlay", "flicker", "difference"];
const GROUNDS = ["black", "grey", "white"];

const root = document.getElementById("panes");
const tools = document.getElementById("tools");
const controls = tools.elements;
const readout = document.getElementById("zoom");
const figures = [...root.querySelectorAll(".pane")];
const panes = new Map(); // figure to its pane
const dropped = [];
let view = WHOLE;
let current = figures[0];
let planned = 0;

const shown = () => [...root.querySelectorAll(".pane:not([hidden])")];
const stage = new Stage(document.getElementById("stage"), controls);
const mode = () => root.dataset.mode;
const active = () => (mode() === "grid" ? shown().map((figure) => panes.get(figure)) : stage.panes);
const keyOf = (figure) => figure.dataset.key;
const figureOf = (letter) => figures.find((figure) => figure.dataset.letter === letter);
// Letters follow the order, which changes: addresses name the pictures themselves. (Older ones have letters.)
const figureSaid = (name) => figures.find((figure) => keyOf(figure) === name) ?? figureOf(name);

// -- drawing ---------------------------------------------------------------------------------------------------------

function draw() {
  planned = 0;
  for (const pane of active()) pane.show(view);
  const pane = active()[0];
  if (!pane?.visible) return;
  readout.value = `${Math.round(100 * fitScale(pane.frame) * view.zoom * devicePixelRatio)} %`;
  document.body.classList.toggle("zoomed", view.zoom > 1.001);
}

function plan() {
  planned ||= requestAnimationFrame(draw);
}

function look(wanted) {
  const frames = active().filter((pane) => pane.visible).map((pane) => pane.frame);
  if (!frames.length) return;
  view = clamp(wanted, frames);
  plan();
  remember();
}

/** Give every pane the size that makes the pictures largest; on a phone one fills the width. */
function lay() {
  const list = shown();
  const element = mode() === "grid" ? root : stage.element;
  const first = panes.get(list[0]);
  if (!first) return;
  const { picture } = first;
  const area = {
    width: element.parentElement.clientWidth - parseFloat(getComputedStyle(element.parentElement).paddingLeft) * 2,
    height: Math.max(LEAST, innerHeight - (element.getBoundingClientRect().top + scrollY) - BELOW),
  };
  const caption = list[0].querySelector("figcaption").offsetHeight;
  const ratio = picture.width / picture.height;
  let best = { columns: 1, ...area };
  if (PHONE.matches) {
    if (mode() === "grid" && list.length > 1) best.width *= PEEK;
    best.height = Math.min(best.width / ratio, innerHeight * TALLEST);
  } else if (mode() === "grid") {
    best = arrange(list.length, ratio, area, { caption, gap: GAP });
  }
  element.style.setProperty("--columns", best.columns);
  element.style.setProperty("--wide", `${best.width}px`);
  element.style.setProperty("--tall", `${best.height}px`);
  for (const pane of [...panes.values(), ...stage.panes]) pane.measure();
  look(view);
}

// -- what is shown ---------------------------------------------------------------------------------------------------

function two() {
  return [figureOf(controls.one.value), figureOf(controls.other.value)];
}

function setMode(name) {
  root.dataset.mode = controls.mode.value = name;
  root.hidden = name !== "grid";
  for (const part of tools.querySelectorAll("[data-for]")) part.hidden = !part.dataset.for.split(" ").includes(name);
  if (name === "grid") {
    stage.close();
  } else {
    for (const pane of panes.values()) pane.release();
    openStage();
  }
  lay();
}

function openStage() {
  const pair = two();
  stage.open(pair.map((figure) => panes.get(figure).image), mode(), pair.map((figure) => figure.dataset.letter));
  lay();
}

function setGround(name) {
  root.dataset.ground = stage.element.dataset.ground = controls.ground.value = name;
  try {
    localStorage.setItem("fluxweb:ground", name);
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
}

function setPair(one, other) {
  controls.one.value = one.dataset.letter;
  controls.other.value = other.dataset.letter;
  if (mode() !== "grid") openStage();
}

function go(figure) {
  if (!figure) return;
  current = figure;
  if (mode() !== "grid") setPair(figure, two().find((each) => each !== figure) ?? figure);
  else figure.querySelector(".view").focus({ preventScroll: !PHONE.matches });
  if (PHONE.matches) figure.scrollIntoView({ block: "nearest", inline: "center" });
}

const beside = (step) => shown()[(shown().indexOf(current) + step + shown().length) % shown().length];

function drop() {
  if (shown().length < 2) return;
  const figure = current;
  const next = beside(1);
  figure.hidden = true;
  dropped.push(figure);
  panes.get(figure).release();
  current = next;
  go(next);
  showDropped();
}

function bringBack() {
  for (const figure of dropped.splice(0)) figure.hidden = false;
  showDropped();
}

function showDropped() {
  const button = tools.querySelector("[data-act=back]");
  button.hidden = !dropped.length;
  button.querySelector("output").value = dropped.length;
  for (const option of tools.querySelectorAll("option")) option.disabled = figureOf(option.value).hidden;
  const [one, other] = shown();
  if (two().some((figure) => figure.hidden) && other) setPair(one, other);
  trimTable();
  rewrite();
  lay();
}

/** The table keeps up: no column for what was dropped, no row that is the same for all that is left. */
function trimTable() {
  const table = document.getElementById("differences");
  if (!table) return;
  const gone = figures.map((figure) => figure.hidden);
  for (const row of table.rows) {
    const cells = [...row.cells].slice(1);
    cells.forEach((cell, n) => { cell.hidden = gone[n]; });
    const left = cells.filter((cell) => !cell.hidden).map((cell) => cell.textContent);
    row.hidden = row.parentElement.tagName === "TBODY" && !("always" in row.dataset) && new Set(left).size < 2;
  }
}

function swap() {
  if (mode() !== "grid") {
    setPair(...two().reverse());
    return;
  }
  const next = shown()[shown().indexOf(current) + 1];
  if (!next) return;
  next.after(current);
  go(current);
  rewrite();
}

const rewrite = () => writePictures(shown().map(keyOf), figures.map(keyOf));
const remember = () => writeLook(mode(), view, two().map(keyOf));

function recall() {
  const said = readLook();
  view = said.view ?? view;
  const pair = said.two.map(figureSaid);
  if (pair.length === 2 && pair.every(Boolean)) setPair(...pair);
  const chosen = controls.mode.value; // perhaps before the scripts were there
  const wanted = MODES.includes(said.mode) ? said.mode : chosen;
  if (wanted !== mode() && figures.length > 1) setMode(wanted);
}

// -- what people do --------------------------------------------------------------------------------------------------

function toggle(pane, point = { x: pane.pane.width / 2, y: pane.pane.height / 2 }) {
  const zoom = oneToOne(pane.frame, devicePixelRatio);
  look(view.zoom > 1.001 ? WHOLE : zoomAt(view, Math.max(zoom, 1.001) / view.zoom, point, pane.frame));
}

const main = () => (mode() === "grid" ? panes.get(current) : stage.panes[0]);
const centre = (pane) => ({ x: pane.pane.width / 2, y: pane.pane.height / 2 });

const acts = {
  in: () => look(zoomAt(view, 1.25, centre(main()), main().frame)),
  out: () => look(zoomAt(view, 0.8, centre(main()), main().frame)),
  fit: () => look(WHOLE),
  one: () => look({ ...view, zoom: oneToOne(main().frame, devicePixelRatio) }),
  toggle: () => toggle(main()),
  move: (dx, dy) => (view.zoom > 1.001 ? look(pan(view, -dx * STEP, -dy * STEP, main().frame)) : go(beside(dx || dy))),
  go(letter) {
    const vote = document.querySelector(`[data-vote="${letter}"]`);
    if (vote) vote.click();
    else if (figureOf(letter) && !figureOf(letter).hidden) go(figureOf(letter));
  },
  judge: (what) => current.querySelector(".judge") && rate([keyOf(current)], what),
  drop,
  back: bringBack,
  swap,
  mode: () => shown().length > 1 && setMode(MODES[(MODES.indexOf(mode()) + 1) % MODES.length]),
  ground: () => setGround(GROUNDS[(GROUNDS.indexOf(root.dataset.ground) + 1) % GROUNDS.length]),
  flip() {
    if (shown().length < 2) return;
    if (mode() === "grid") setPair(current, beside(1));
    if (mode() !== "flicker") setMode("flicker");
    else stage.flip();
  },
  names: () => document.getElementById("names")?.click(),
  pairs: () => document.getElementById("pairs")?.click(),
  keys: () => document.getElementById("keys").showModal(),
};

function sayKnobs() {
  for (const name of ["gain", "every"]) document.getElementById(`${name}-now`).value = controls[name].value;
}

function start() {
  for (const figure of figures) panes.set(figure, new Pane(figure.querySelector(".view"), figure.querySelector("img")));
  document.documentElement.classList.add("live");
  const paneOf = (element) => active().find((pane) => pane.box.contains(element) && pane.visible);
  watch(document.getElementById("main"), { paneOf, get: () => view, set: look, toggle });
  listen(acts);
  root.addEventListener("focusin", ({ target }) => { current = target.closest(".pane") ?? current; mark(); });
  root.addEventListener("pointerdown", ({ target }) => { current = target.closest(".pane") ?? current; mark(); });
  tools.addEventListener("submit", (event) => event.preventDefault());
  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-zoom], [data-act]");
    if (button) acts[button.dataset.zoom ?? button.dataset.act]();
  });
  tools.addEventListener("input", ({ target }) => {
    if (target.name === "mode") setMode(target.value);
    else if (target.name === "ground") setGround(target.value);
    else if (target.name === "one" || target.name === "other") openStage();
    else if (target.name === "gain") stage.regain();
    else stage.update();
    sayKnobs();
  });
  keepForm(tools, { name: "tools", without: ["mode", "ground", "one", "other"], filled: sayKnobs }); // those are said elsewhere
  for (const link of document.querySelectorAll(".chips a, #names")) {
    link.addEventListener("click", () => { link.hash = location.hash; }); // what comes is looked at in the same way
  }
  try {
    setGround(GROUNDS.find((name) => name === localStorage.getItem("fluxweb:ground")) ?? controls.ground.value);
  } catch {
    setGround("grey");
  }
  new ResizeObserver(lay).observe(root.parentElement);
  lay();
  recall();
  mark();
}

function mark() {
  for (const figure of figures) figure.classList.toggle("current", figure === current);
}

start();
