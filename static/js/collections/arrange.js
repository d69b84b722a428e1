// The order of a collection by dragging; the buttons of each picture do the same without leaving the page.

const gallery = document.querySelector("[data-move]");
let dragged = null;

const tileOf = (element) => element.closest?.(".tile");
const nextOf = (tile) => (tile.nextElementSibling?.matches(".tile") ? tile.nextElementSibling : null);

/** Tell the server where a tile stands now; if it refuses, the page is read anew. */
async function keep(tile, to) {
  const fields = new FormData();
  fields.append("image", tile.dataset.key);
  fields.append(...to);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  try {
    const response = await fetch(gallery.dataset.move, { method: "POST", body: fields, headers });
    if (!response.ok) location.reload();
  } catch {
    location.reload();
  }
}

const whereNow = (tile) => (nextOf(tile) ? ["before", nextOf(tile).dataset.key] : ["to", "last"]);

gallery.addEventListener("dragstart", (event) => {
  dragged = tileOf(event.target);
  dragged?.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
});

gallery.addEventListener("dragover", (event) => {
  const over = tileOf(event.target);
  if (!dragged || !over) return;
  event.preventDefault();
  if (over === dragged) return;
  const box = over.getBoundingClientRect();
  const behind = event.clientX > box.left + box.width / 2;
  over[behind ? "after" : "before"](dragged);
});

gallery.addEventListener("drop", (event) => event.preventDefault());

gallery.addEventListener("dragend", () => {
  dragged.classList.remove("dragged");
  keep(dragged, whereNow(dragged));
  dragged = null;
});

const STEPS = {
  first: (tile) => gallery.querySelector(".tile").before(tile),
  earlier: (tile) => tile.previousElementSibling?.matches(".tile") && tile.previousElementSibling.before(tile),
  later: (tile) => nextOf(tile)?.after(tile),
};

gallery.addEventListener("submit", (event) => {
  const way = event.submitter?.value;
  const tile = tileOf(event.target);
  if (!(way in STEPS)) return; // the end may be on a page that is not here yet
  event.preventDefault();
  STEPS[way](tile);
  event.submitter.focus();
  keep(tile, ["to", way]);
});
