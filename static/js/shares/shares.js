// Addresses of links are copied by a button; without script they can be selected.

const SAID_MS = 2000;

async function copy(field) {
  field.select();
  if (navigator.clipboard) return navigator.clipboard.writeText(field.value);
  document.execCommand("copy"); // pages that come without https have nothing else
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const says = button.querySelector("[data-says]");
  button.hidden = false;
  says.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy));
    says.textContent = "Copied";
    setTimeout(() => { says.textContent = "Copy"; }, SAID_MS);
  });
}

document.addEventListener("focusin", ({ target }) => { if (target.matches(".copy input")) target.select(); });
