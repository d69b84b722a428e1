// The picture in full size, and the neighbours by arrow keys.

const box = document.querySelector("dialog.lightbox");
const opener = document.querySelector("[data-zoom]");

opener?.addEventListener("click", () => {
  const picture = opener.querySelector("img");
  const large = box.querySelector("img");
  large.src = picture.src;
  large.alt = picture.alt;
  large.className = picture.className;
  box.showModal();
});
box?.addEventListener("click", (event) => { if (event.target === box) box.close(); });

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const way = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
  if (way && !box.open) document.querySelector(`a[rel=${way}]`)?.click();
});
