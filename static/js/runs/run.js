// A run while one watches: seconds count on, and the title tells the end.

function tick() {
  for (const span of document.querySelectorAll("[data-elapsed-since]")) {
    const seconds = Math.floor((Date.now() - Date.parse(span.dataset.elapsedSince)) / 1000);
    span.textContent = Math.max(0, seconds);
  }
}
setInterval(tick, 1000);

// A strip that is replaced stays where it was scrolled to. (htmx itself keeps the focus: all that takes it has an id.)
const scrolled = new Map();
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  for (const strip of detail.target.querySelectorAll(".strip")) scrolled.set(strip.id, strip.scrollLeft);
});
document.addEventListener("htmx:oobAfterSwap", () => {
  for (const [id, left] of scrolled) document.getElementById(id)?.scrollTo({ left, behavior: "instant" });
  scrolled.clear();
});

// Its place is kept while it is unseen: nothing may move because it comes or goes.
const askButton = document.getElementById("notify");
if (askButton && "Notification" in window && Notification.permission === "default") {
  askButton.classList.remove("unseen");
  askButton.addEventListener("click", async () => {
    await Notification.requestPermission();
    askButton.classList.add("unseen");
  });
}

// The toast and the notice on the desktop are chrome.js's.
document.addEventListener("fluxweb:finished", ({ detail }) => {
  document.title = `✓ ${detail.title} · fluxweb`;
  askButton?.classList.add("unseen");
});
