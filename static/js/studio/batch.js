// The batch: what is chosen is named in the drop zone, a file dropped there is chosen, offers are taken.

const zone = document.querySelector(".batch .drop");
const file = zone?.querySelector("input");
const chosen = zone?.querySelector("[data-chosen]");

file?.addEventListener("change", () => {
  chosen.textContent = file.files[0]?.name ?? "";
});
for (const [name, over] of [["dragover", true], ["dragleave", false], ["drop", false]]) {
  zone?.addEventListener(name, () => zone.classList.toggle("over", over));
}

document.addEventListener("click", ({ target }) => {
  if (!target.matches(".batch .why button")) return;
  for (const [key, value] of Object.entries(target.dataset)) {
    const field = document.getElementById(`id_${key.replace(/^offer/, "").toLowerCase()}`);
    if (field) field.value = value;
  }
});
