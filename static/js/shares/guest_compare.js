// A guest compares: all panes follow one view. How that is computed and moved is the same as for members.

import { watch } from "../compare/gestures.js";
import { Pane } from "../compare/pane.js";
import { WHOLE, arrange, clamp, fitScale, oneToOne, pan, zoomAt } from "../compare/view.js";

const GAP = 2; // px between panes, as in guest/compare.css
const LEAST = 320; // px: the least height for pictures, however low the window is
const BELOW = 16; // px under the pictures
const TALLEST = 0.62; // of a phone's window: so high a picture gets
const STEP = 60; // px that an arrow key moves
const CLOSER = 1.4;
const PHONE = matchMedia("(max-width: 720px)");

const root = document.getElementById("panes");
const readout = document.getElementById("zoom");
document.body.classList.add("live");
for (const words of document.querySelectorAll(".live-only")) words.hidden = false;
const boxes = [...root.querySelectorAll(".view")];
const panes = boxes.map((box) => new Pane(box, box.querySelector("img")));
let view = WHOLE;
let planned = 0;

const paneOf = (element) => panes[boxes.indexOf(element.closest(".view"))];

function draw() {
  planned = 0;
  for (const pane of panes) pane.show(view);
  readout.value = `${Math.round(100 * fitScale(panes[0].frame) * view.zoom * devicePixelRatio)} %`;
  document.body.classList.toggle("zoomed", view.zoom > 1.001);
}

function look(wanted) {
  view = clamp(wanted, panes.map((pane) => pane.frame));
  planned ||= requestAnimationFrame(draw);
}

/** Give every pane the size that makes the pictures largest; on a phone one fills the width. */
function lay() {
  const { picture } = panes[0];
  const ratio = picture.width / picture.height;
  const area = { width: root.clientWidth, height: Math.max(LEAST, innerHeight - root.getBoundingClientRect().top - scrollY - BELOW) };
  const caption = root.querySelector("figcaption").offsetHeight;
  const best = PHONE.matches
    ? { columns: 1, width: area.width, height: Math.min(area.width / ratio, innerHeight * TALLEST) }
    : arrange(panes.length, ratio, area, { caption, gap: GAP });
  root.style.setProperty("--columns", best.columns);
  root.style.setProperty("--wide", `${best.width}px`);
  root.style.setProperty("--tall", `${best.height}px`);
  for (const pane of panes) pane.measure();
  look(view);
}

/** The whole picture, or pixel for pixel. */
function toggle(pane, point) {
  const closest = oneToOne(pane.frame, devicePixelRatio);
  look(view.zoom > 1.001 ? WHOLE : zoomAt(view, Math.max(closest, 2), point, pane.frame));
}

const ARROWS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

function press(key) {
  const pane = panes[0];
  const middle = { x: pane.pane.width / 2, y: pane.pane.height / 2 };
  if (key in ARROWS && view.zoom > 1) return look(pan(view, ...ARROWS[key].map((way) => way * STEP), pane.frame));
  if (key === "+" || key === "=") return look(zoomAt(view, CLOSER, middle, pane.frame));
  if (key === "-") return look(zoomAt(view, 1 / CLOSER, middle, pane.frame));
  if (key === "0") return look(WHOLE);
  if (key === "z") return toggle(pane, middle);
  return false;
}

if (panes.length) {
  watch(root, { paneOf, get: () => view, set: look, toggle });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (press(event.key) !== false) event.preventDefault();
  });
  addEventListener("resize", lay);
  lay();
}
