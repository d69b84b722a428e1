// Reads the price aloud when it has changed and typing pauses, once, not at every key. What stands on the buttons is seen only.

const PAUSE_MS = 1000;

const region = Object.assign(document.createElement("p"), { id: "price-said", className: "sr" });
region.setAttribute("role", "status");
document.body.append(region); // before its words: what comes with them is not read

const priceNow = () => [...document.querySelectorAll("[data-says]")].map((button) => button.dataset.says).join(". ");

let said = priceNow();
let waiting = null;

function say() {
  const price = priceNow();
  if (price === said) return;
  said = region.textContent = price;
}

function wait() {
  clearTimeout(waiting);
  waiting = setTimeout(say, PAUSE_MS);
}

for (const name of ["input", "htmx:afterSwap", "htmx:oobAfterSwap"]) document.addEventListener(name, wait);
