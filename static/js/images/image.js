// The picture over the whole window, also in its own pixels; the neighbours by arrow keys.

import { zoom, zoomAt } from "./zoom.js";

const box = document.querySelector("dialog.lightbox");
const opener = document.querySelector("[data-zoom]");

opener?.addEventListener("click", () => box.showModal());
box?.addEventListener("click", (event) => {
  if (event.target.matches("[data-picture]")) zoomAt(box, event);
  else if (event.target.closest("[data-actual]")) zoom(box);
  else if (event.target.matches("[data-stage]")) box.close();
  box.querySelector("[data-actual]").setAttribute("aria-pressed", String(box.classList.contains("actual")));
});

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (way && !box.open) document.querySelector(`a[rel=${way}]`)?.click();
});
