// Runs before the first paint, so that a chosen theme never flashes. chrome.js writes the choice.
try {
  const chosen = localStorage.getItem("fluxweb:theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // storage is forbidden: the system's theme stays
}
