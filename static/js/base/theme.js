// Runs before the first paint, so that neither a chosen theme nor the name of a key ever flashes. chrome.js writes the choice.
try {
  const chosen = localStorage.getItem("fluxweb:theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // storage is forbidden: the system's theme stays
}

// What the keys are called here: on a Mac the stylesheet shows the other of two words.
if (/mac|iphone|ipad/i.test(navigator.userAgentData?.platform || navigator.platform)) document.documentElement.dataset.keys = "mac";
