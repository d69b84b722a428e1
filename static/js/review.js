// The review of a run: what the browser puts back after Back or a reload is counted again.

window.addEventListener("pageshow", (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  if (!event.persisted && !["back_forward", "reload"].includes(visit?.type)) return;
  document.getElementById("review")?.dispatchEvent(new Event("change"));
});
