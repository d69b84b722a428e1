// The palette over the page, loaded with the first Ctrl+K: words find, arrows go through what is found, Enter goes there.

const dialog = Object.assign(document.createElement("dialog"), { className: "palette" });
dialog.setAttribute("aria-label", "Go to");
document.body.append(dialog);

const links = () => [...dialog.querySelectorAll("#palette-found a")];

/** Show it, empty. */
export async function open(address) {
  if (dialog.open) return;
  await htmx.ajax("GET", address, { target: dialog, swap: "innerHTML" });
  dialog.showModal();
  dialog.querySelector("input").focus();
}

dialog.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
dialog.addEventListener("submit", (event) => { event.preventDefault(); links()[0]?.click(); }, { capture: true });
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const all = links();
  const at = all.indexOf(document.activeElement) + by;
  (at < 0 ? dialog.querySelector("input") : all[Math.min(at, all.length - 1)])?.focus();
});
