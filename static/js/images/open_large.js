// A click on a tile opens its picture over the window; what does that comes with the first click. With a key held down,
// or where it cannot be had, the link leads to the picture's page.

document.addEventListener("click", (event) => {
  const link = event.target.closest(".gallery .tile > a");
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  import("./lightbox.js").then(({ open }) => open(link.parentElement), () => location.assign(link.href));
});
