// A large picture in a stage that scrolls: it fits in, or shows its own pixels.

/** Show its own pixels, those at the place in the middle (parts of width and height); or fit it in again. */
export function zoom(box, x = 0.5, y = 0.5) {
  const [stage, picture] = ["stage", "picture"].map((name) => box.querySelector(`[data-${name}]`));
  if (!box.classList.toggle("actual")) return;
  stage.scrollTo(x * picture.offsetWidth - stage.clientWidth / 2, y * picture.offsetHeight - stage.clientHeight / 2);
}

/** Do so where it was clicked. */
export function zoomAt(box, event) {
  const place = box.querySelector("[data-picture]").getBoundingClientRect();
  zoom(box, (event.clientX - place.left) / place.width, (event.clientY - place.top) / place.height);
}
