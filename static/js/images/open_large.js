// A click on a tile opens its picture over the window; what does that comes with the first click. With a key held down,
// or where it cannot be had, the link leads to the picture's page. A tile that stands for several leads to these.

/** Write into the address at which picture one leaves, so that Back comes to it, also where the page is loaded anew. */
export function leaveAt(tile) {
  const address = new URL(location);
  address.searchParams.delete("before");
  address.searchParams.set("at", tile.id.slice(5));
  address.hash = tile.id;
  history.scrollRestoration = "manual"; // the page may be a shorter one: to the picture, not to so many pixels
  history.replaceState(history.state, "", address);
}

if (history.scrollRestoration === "manual") document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });

document.addEventListener("click", (event) => {
  const link = event.target.closest(".gallery .tile > a");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const tile = link.parentElement;
  if (tile.matches(".folded")) return leaveAt(tile);
  event.preventDefault();
  import("./lightbox.js").then(({ open }) => open(tile), () => location.assign(link.href));
});
