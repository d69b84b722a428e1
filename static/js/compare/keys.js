// Everything by key; the sheet under ? says the same.

const ACTS = {
  p: ["judge", "pick"], r: ["judge", "reject"], x: ["drop"], u: ["back"], s: ["swap"], v: ["mode"], m: ["ground"],
  n: ["names"], t: ["pairs"], z: ["toggle"], 0: ["fit"], "+": ["in"], "=": ["in"], "-": ["out"], " ": ["flip"], "?": ["keys"],
  ArrowLeft: ["move", -1, 0], ArrowRight: ["move", 1, 0], ArrowUp: ["move", 0, -1], ArrowDown: ["move", 0, 1],
};

function actOf(key) {
  if (/^[a-l]$/.test(key)) return ["go", key.toUpperCase()];
  if (/^[1-5]$/.test(key)) return ["judge", key];
  return ACTS[key];
}

export function listen(acts) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const typing = event.target.closest("input[type=text], textarea, select, [contenteditable]");
    const pressing = (event.key === " " || event.key.startsWith("Arrow")) && event.target.closest("button, a, summary, input");
    const [name, ...how] = actOf(event.key.length === 1 ? event.key.toLowerCase() : event.key) ?? [];
    if (typing || pressing || !acts[name]) return;
    event.preventDefault();
    acts[name](...how);
  });
}
