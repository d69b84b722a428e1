// The address tells what is shown: the pictures and their order in the query, how they are looked at behind the #.

const SOON_MS = 250; // a drag writes once, at its end

/** Write what was dropped or swapped into the address; one of a saved comparison stays what it is. */
export function writePictures(order, all) {
  const address = new URL(location);
  const asked = address.searchParams.getAll("image");
  if (!asked.length) return;
  const mine = new Set(all);
  const at = asked.findIndex((key) => mine.has(key));
  const rest = asked.filter((key) => !mine.has(key));
  address.searchParams.delete("image");
  for (const key of [...rest.slice(0, at), ...order, ...rest.slice(at)]) address.searchParams.append("image", key);
  history.replaceState(history.state, "", address);
}

let writing = 0;

/** Remember how they are looked at: the mode, the common view, which two. */
export function writeLook(mode, view, two) {
  clearTimeout(writing);
  writing = setTimeout(() => {
    const at = [view.x, view.y, view.zoom].map((n) => n.toFixed(4)).join(",");
    const plain = mode === "grid" && view.zoom === 1;
    const said = plain ? "" : `#${new URLSearchParams({ view: mode, at, two: two.join(",") })}`;
    history.replaceState(history.state, "", location.pathname + location.search + said);
  }, SOON_MS);
}

/** Return what the address says: `view` is null if it says nothing sound. */
export function readLook() {
  const said = new URLSearchParams(location.hash.slice(1));
  const [x, y, zoom] = (said.get("at") ?? "").split(",").map(Number);
  return { mode: said.get("view"), view: zoom >= 1 ? { x, y, zoom } : null, two: (said.get("two") ?? "").split(",") };
}
