// Textareas as tall as their text; loaded where the browser cannot do it by itself (`field-sizing`). Measured on a copy that
// nobody sees, so that nothing moves but the textarea's own lower edge; the least and the most are in the style sheets.

const heights = new WeakMap(); // textarea to what we gave it: who drew it larger by hand keeps that

function measure(textarea) {
  const copy = textarea.cloneNode();
  copy.removeAttribute("id");
  copy.removeAttribute("name");
  copy.disabled = true;
  copy.value = textarea.value || textarea.placeholder;
  const hidden = { position: "absolute", visibility: "hidden", height: "0", "min-height": "0", width: `${textarea.offsetWidth}px` };
  for (const [name, value] of Object.entries(hidden)) copy.style.setProperty(name, value);
  textarea.after(copy);
  const borders = textarea.offsetHeight - textarea.clientHeight;
  const height = `${copy.scrollHeight + borders}px`;
  copy.remove();
  return height;
}

function grow(textarea) {
  if (!textarea.offsetWidth || textarea.style.height !== (heights.get(textarea) ?? "")) return;
  textarea.style.height = measure(textarea);
  heights.set(textarea, textarea.style.height);
}

// Every textarea of the page, also those that come later.
const all = () => document.querySelectorAll("textarea").forEach(grow);
document.addEventListener("input", ({ target }) => target.matches("textarea") && grow(target));
for (const name of ["htmx:afterSettle", "offer", "fluxweb:filled", "toggle"]) document.addEventListener(name, all, { capture: true });
for (const name of ["pageshow", "resize"]) addEventListener(name, all);
all();
