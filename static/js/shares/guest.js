// What a guest's page does beyond links and forms: the lightbox, arrow keys, C to compare, swiping.

import { keepForm, keepForms } from "../base/memory.js";

const SWIPE_PX = 50;

const box = document.getElementById("lightbox");
let opener = null;

// An engine without dialogs (iOS below 15.4) opens the picture's own page instead.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== box || box.showModal) return;
  event.preventDefault();
  location.assign(event.detail.elt.href);
});

// htmx has put a picture into the lightbox
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const close = box?.querySelector("[data-close]");
  if (!close) return;
  close.hidden = false;
  if (box.open) return;
  opener = detail.requestConfig.elt;
  box.showModal();
});

box?.addEventListener("click", ({ target }) => {
  if (target === box || target.closest("[data-close]") || target.matches("figure, .viewer, .beside")) box.close();
});
box?.addEventListener("close", () => {
  box.replaceChildren();
  opener?.focus();
});

// closed or changed meanwhile: the page says so itself
document.addEventListener("htmx:responseError", ({ detail }) => {
  if (detail.xhr.status === 404) location.reload();
});

function go(way) {
  document.querySelector(`.viewer a[rel=${way}]`)?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("textarea, input:not([type=checkbox])")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (way) go(way);
  if (event.key.toLowerCase() === "c" && !box?.open) compare();
});

/** Compare what is ticked, or the first pictures. */
function compare() {
  const ticked = document.querySelectorAll(".tick :checked").length;
  if (ticked > 1) document.querySelector("#selection [type=submit]").click();
  else document.getElementById("compare")?.click();
}

keepForms();
if (!CSS.supports("field-sizing", "content")) import("../base/grow.js");
const selection = document.getElementById("selection");
if (selection) keepForm(selection, { name: "selection" });

let from = null;
document.addEventListener("touchstart", ({ touches, target }) => {
  from = touches.length === 1 && target.closest(".viewer figure") ? touches[0] : null;
}, { passive: true });
document.addEventListener("touchend", ({ changedTouches }) => {
  if (!from || window.visualViewport?.scale > 1) return;
  const across = changedTouches[0].clientX - from.clientX;
  const down = changedTouches[0].clientY - from.clientY;
  from = null;
  if (Math.abs(across) > SWIPE_PX && Math.abs(across) > 2 * Math.abs(down)) go(across > 0 ? "prev" : "next");
});
