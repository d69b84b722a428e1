// The palette over the page, loaded with the first Ctrl+K: words find, arrows go through what is found, Enter goes there.

const dialog = Object.assign(document.createElement("dialog"), { className: "palette" });
dialog.setAttribute("aria-label", "Go to");
document.body.append(dialog);

const links = () => [...dialog.querySelectorAll("#palette-found a")];

/** Show it, empty. */
export async function open(address) {
  if (!dialog.open) await htmx.ajax("GET", address, { target: dialog, swap: "innerHTML" });
  const field = dialog.querySelector("input");
  if (dialog.open || !field) return; // asked for twice, or the server could not be reached
  dialog.showModal();
  field.focus();
}

dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });

// Enter goes to what is found for these words: if it is not there yet, once it is.
let waits = false;
const isFound = () => dialog.querySelector("#palette-found").dataset.words === dialog.querySelector("input").value.trim();
dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  waits = !isFound();
  if (!waits) links()[0]?.click();
}, { capture: true });
dialog.addEventListener("htmx:afterSettle", () => {
  if (waits && isFound()) links()[0]?.click();
});
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = links();
  const at = all.indexOf(document.activeElement) + by;
  (at < 0 ? dialog.querySelector("input") : all[Math.min(at, all.length - 1)])?.focus();
});
