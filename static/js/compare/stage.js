// Two pictures on one another: a slider's edge, opacity, flicker, or their difference.

import { difference, inWords, sameShape } from "./difference.js";
import { Pane } from "./pane.js";
import { isReadbackNoisy } from "./readback.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Stage {
  constructor(element, controls) {
    this.element = element;
    this.box = element.querySelector(".view");
    this.said = element.querySelector(".said");
    this.controls = controls;
    this.panes = [];
    this.asked = 0; // counts what was asked for: an older answer is not shown
  }

  /** Lay these two pictures (their thumbnails' elements) on one another; `names`: what they are called. */
  open(images, mode, names) {
    this.close();
    this.mode = mode;
    this.names = names;
    this.element.hidden = false;
    this.panes = images.map((image) => new Pane(this.box, image.cloneNode()));
    this.layers = this.panes.map((pane) => pane.layer);
    if (mode === "slider") this.addEdge();
    this.flip(false);
    this.update();
    if (mode === "difference") this.drawDifference();
  }

  close() {
    clearInterval(this.timer);
    this.asked += 1;
    for (const pane of this.panes) pane.release();
    this.panes = [];
    this.noisy = false;
    this.box.style.filter = "";
    this.box.replaceChildren();
    this.element.hidden = true;
    this.said.textContent = "";
  }

  addEdge() {
    this.edge = document.createElement("div");
    this.edge.className = "edge";
    this.edge.dataset.edge = "";
    this.box.append(this.edge);
    this.edge.addEventListener("pointerdown", (event) => this.edge.setPointerCapture(event.pointerId));
    this.edge.addEventListener("pointermove", (event) => this.edge.hasPointerCapture(event.pointerId) && this.dragEdge(event));
  }

  dragEdge(event) {
    const box = this.box.getBoundingClientRect();
    const down = this.controls.across.checked;
    const part = down ? (event.clientY - box.top) / box.height : (event.clientX - box.left) / box.width;
    this.controls.edge.value = 100 * part;
    this.update();
  }

  /** Follow the controls. */
  update() {
    const { edge, across, opacity, every, running } = this.controls;
    const over = this.layers[1].style;
    clearInterval(this.timer);
    if (this.mode === "slider") {
      over.clipPath = across.checked ? `inset(${edge.value}% 0 0 0)` : `inset(0 0 0 ${edge.value}%)`;
      this.edge.classList.toggle("across", across.checked);
      this.edge.style.setProperty("--at", `${edge.value}%`);
    } else if (this.mode === "overlay") {
      over.opacity = opacity.value / 100;
    } else if (this.mode === "flicker") {
      if (running.checked && !calm.matches) this.timer = setInterval(() => this.flip(), 1000 * every.value);
    }
  }

  /** Show the other one of the two. */
  flip(second = !this.second) {
    this.second = second;
    if (this.mode !== "flicker") return;
    this.layers[1].style.visibility = second ? "" : "hidden";
    this.said.textContent = `Now ${this.names[second ? 1 : 0]}`;
  }

  /** Compute the difference once; the gain only draws it anew. */
  async drawDifference() {
    const asked = (this.asked += 1);
    const [one, other] = this.panes;
    if (!sameShape(one.picture, other.picture)) {
      this.layers[1].style.opacity = 0.5;
      this.said.textContent = "These two have different shapes: no difference can be drawn, so they lie on one another.";
      return;
    }
    this.said.textContent = "Computing …";
    const loaded = await Promise.all([one.load(), other.load()]);
    if (asked !== this.asked) return;
    if (loaded.includes(null)) {
      this.said.textContent = "One of the originals could not be loaded.";
      return;
    }
    this.noisy = isReadbackNoisy();
    if (this.noisy) return this.blend();
    this.pixels = loaded.map((image) => pixelsOf(image, one.picture));
    this.canvas = canvasOf(one.picture);
    this.canvas.setAttribute("role", "img");
    this.canvas.setAttribute("aria-label", "The difference of the two pictures");
    other.drawn = this.canvas;
    other.lie(this.canvas);
    this.layers[1].append(this.canvas);
    this.regain();
  }

  /** Pixels cannot be read here: the browser itself lays one over the other, which gives the picture but no numbers. */
  blend() {
    this.layers[1].style.mixBlendMode = "difference";
    this.said.textContent = "This browser answers with noise when pixels are read (a protection against fingerprinting): the difference is drawn, but cannot be counted.";
    this.regain();
  }

  regain() {
    if (this.mode === "difference" && this.noisy) this.box.style.filter = `brightness(${this.controls.gain.value})`;
    if (this.mode !== "difference" || !this.canvas?.isConnected) return;
    const context = this.canvas.getContext("2d", { willReadFrequently: true }); // written by the processor at every gain
    const out = context.createImageData(this.canvas.width, this.canvas.height);
    const found = difference(this.pixels[0].data, this.pixels[1].data, out.data, Number(this.controls.gain.value));
    context.putImageData(out, 0, 0);
    this.said.textContent = inWords(found);
  }
}

function canvasOf({ width, height }) {
  return Object.assign(document.createElement("canvas"), { width, height });
}

function pixelsOf(image, size) {
  const context = canvasOf(size).getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, size.width, size.height);
  return context.getImageData(0, 0, size.width, size.height);
}
