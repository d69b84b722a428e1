// One picture in a box: its thumbnail at once, its original only while the zoom needs it.

import { place } from "./view.js";

const THUMBNAIL = 512; // pixels of a thumbnail's longer side
const SOFT = 1.15; // so much larger a thumbnail may be drawn before the original is worth loading
const BLOCKS = 3; // from so many pixels of the screen for one of the picture, pixels are shown as squares

export class Pane {
  /** `image`: the element with the thumbnail, the picture's size and the address of its original. */
  constructor(box, image) {
    this.box = box;
    this.image = image;
    this.picture = { width: Number(image.getAttribute("width")), height: Number(image.getAttribute("height")) };
    this.layer = document.createElement("div");
    this.layer.className = "layer";
    box.append(this.layer);
    this.layer.append(image);
    this.full = null;
    this.drawn = null; // what is laid over both: a difference
    this.lie(image);
    this.measure();
  }

  /** Make an element lie in the box at the picture's own size; its transform does the rest. */
  lie(element) {
    element.classList.add("placed");
    element.style.width = `${this.picture.width}px`;
    element.style.height = `${this.picture.height}px`;
    element.style.transform = this.image.style.transform;
  }

  measure() {
    this.pane = { width: this.box.clientWidth, height: this.box.clientHeight };
  }

  get frame() {
    return { picture: this.picture, pane: this.pane };
  }

  get visible() {
    return this.pane.width > 0;
  }

  /** Draw what the view shows. */
  show(view) {
    if (!this.visible) return this.release();
    const { scale, left, top } = place(view, this.frame);
    const density = scale * devicePixelRatio;
    const transform = `translate(${left.toFixed(2)}px, ${top.toFixed(2)}px) scale(${scale})`;
    for (const each of [this.image, this.full, this.drawn]) if (each) each.style.transform = transform;
    this.layer.classList.toggle("blocks", density >= BLOCKS);
    if (density * Math.max(this.picture.width, this.picture.height) > THUMBNAIL * SOFT) this.load();
  }

  /** Load the original; it is laid over the thumbnail once it is decoded. */
  load() {
    this.loading ??= this.fetch();
    return this.loading;
  }

  async fetch() {
    const full = new Image(this.picture.width, this.picture.height);
    full.className = this.image.classList.contains("clear") ? "full clear" : "full"; // else the thumbnail shows through
    full.alt = "";
    full.draggable = false;
    full.src = this.image.dataset.original;
    const mine = (this.full = full);
    try {
      await full.decode();
    } catch {
      if (this.full === mine) this.release(); // the thumbnail stays, and the next look tries again
      return null;
    }
    if (this.full !== mine) return null; // let go meanwhile
    this.lie(full);
    this.image.after(full);
    return full;
  }

  /** Let the original go: what is not seen takes no memory. */
  release() {
    if (!this.full) return;
    this.full.remove();
    this.full.removeAttribute("src");
    this.full = this.loading = null;
  }
}
