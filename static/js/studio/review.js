// The review of a run: after Back or a reload what was left out is left out again, and counted; so is what was ticked
// before the scripts were there.

import { fillForm, readForm, recall, rememberOnLeaving } from "../base/memory.js";

const review = () => document.getElementById("review");
const held = recall("review");
if (held) fillForm(review(), held);
rememberOnLeaving("review", () => readForm(review(), { all: true }));

window.addEventListener("pageshow", (event) => {
  if (event.persisted || readForm(review()).length) review().dispatchEvent(new Event("change"));
});
