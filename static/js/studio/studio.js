// The studio: shows what the ticked models take, and never loses what was typed.

import { fillForm, readForm, recall, rememberOnLeaving } from "../base/memory.js";

const compose = () => document.getElementById("compose");

function showWhatIsTaken(form) {
  const taken = new Set();
  for (const box of form.querySelectorAll("input[name=model]:checked")) {
    for (const name of box.dataset.takes.split(" ")) taken.add(name);
  }
  if (!taken.size) return;
  for (const part of form.querySelectorAll("[data-needs]")) part.hidden = !taken.has(part.dataset.needs);
}

const SHAPES = ["aspect_ratio", "size", "width", "height"];
const isTile = (control) => ["radio", "checkbox"].includes(control.type);

// The most exact shape wins on the server; here the others are let go.
function keepOneShape(form, changed) {
  if (form.elements.shapes_several.checked) return;
  for (const control of form.querySelectorAll("[name=aspect_ratio], [name=size], [name=width], [name=height]")) {
    if (control === changed) continue;
    if (isTile(control)) control.checked &&= control.name === changed.name && isTile(changed);
    else if (isTile(changed) || !sameChoice(control, changed)) control.value = "";
  }
}

const sameChoice = (one, other) => ["width", "height"].includes(one.name) && ["width", "height"].includes(other.name);

// Several can be ticked; back to one, the first of them stays.
function letSeveralShapes(form, several) {
  const tiles = [...form.querySelectorAll("[name=aspect_ratio], [name=size]")].filter(isTile);
  const first = tiles.find((tile) => tile.checked);
  for (const tile of tiles) {
    const checked = several ? tile.checked : tile === first;
    tile.type = several ? "checkbox" : "radio";
    tile.checked = checked;
  }
  if (!several && first) keepOneShape(form, first);
}

function count(form) {
  document.getElementById("prompt-count").textContent = [...form.elements.prompt.value].length.toLocaleString("en");
}

function setValue(form, name, value) {
  const field = form.elements[name];
  if (field instanceof RadioNodeList) {
    for (const control of field) {
      if (isTile(control)) control.checked = control.value === value;
      else control.value = "";
    }
    const typed = [...field].findLast((control) => !isTile(control));
    if (typed && ![...field].some((control) => control.checked)) typed.value = value;
  } else if (field) {
    field.value = value;
  }
}

function takeOffer(form, button) {
  const offered = Object.entries(button.dataset).filter(([key]) => key.startsWith("offer"));
  for (const [key, value] of offered) setValue(form, key.slice("offer".length).toLowerCase(), value);
  if ("offerWidth" in button.dataset) setValue(form, "size", "");
  form.dispatchEvent(new Event("offer"));
}

function markInvalid(form) {
  for (const why of form.querySelectorAll(".why[data-for]")) {
    const field = form.elements[why.dataset.for];
    if (field instanceof Element) field.toggleAttribute("aria-invalid", !why.hidden);
    if (field instanceof Element && !why.hidden) field.setAttribute("aria-invalid", "true");
  }
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("#compose");
  if (!form) return;
  if (target.name === "prompt") count(form);
  if (SHAPES.includes(target.name)) keepOneShape(form, target);
  if (target.name === "shapes_several") letSeveralShapes(form, target.checked);
  if (target.name === "model") showWhatIsTaken(form);
});

document.addEventListener("click", ({ target }) => {
  const form = target.closest("#compose");
  if (!form) return;
  if (target.dataset.pretty !== undefined) {
    form.elements.prompt.value = target.dataset.pretty;
    count(form);
    form.dispatchEvent(new Event("offer"));
  } else if (target.closest(".why button")) {
    takeOffer(form, target);
  } else if (target.closest("[data-step]")) {
    stepSeeds(form.elements.seed, Number(target.closest("[data-step]").dataset.step));
  }
});

// One random seed more or fewer, at the end of what is listed.
function stepSeeds(field, by) {
  const parts = field.value.split(",").map((part) => part.trim()).filter(Boolean);
  const [, count] = /^(\d+)\s+random$/i.exec(parts.at(-1) ?? "") ?? [];
  const left = Number(count ?? 0) + by;
  if (count) parts.pop();
  if (left > 0) parts.push(`${left} random`);
  else if (left < 0 && parts.length > 1) parts.pop();
  if (parts.length) field.value = parts.join(", ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && compose()?.contains(event.target)) {
    event.preventDefault();
    document.getElementById("generate").click(); // htmx sends along which button was clicked
  }
});

// A large run has a page of its own before it is bought: Back leads here.
document.addEventListener("fluxweb:review", () => {
  const form = compose();
  const usual = form.getAttribute("action");
  form.action = form.dataset.review;
  form.submit();
  form.setAttribute("action", usual); // by it the browser knows the form again and puts back what was typed
});

// What was ticked or opened while the answer was on its way stays so.
function keepTicks(fragment) {
  for (const fresh of fragment.querySelectorAll("input[id]")) {
    const shown = document.getElementById(fresh.id);
    if (shown?.value === fresh.value) fresh.checked = shown.checked;
  }
}

document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  if (!["values", "owned", "doubts"].includes(detail.target.id)) return;
  keepTicks(detail.fragment);
  const opened = detail.target.querySelector("details")?.open;
  if (opened) detail.fragment.querySelector("details")?.setAttribute("open", "");
});

// What is still wrong stays, or it would be read out at every key.
document.addEventListener("htmx:oobBeforeSwap", ({ detail }) => {
  const [why] = detail.fragment.children;
  if (detail.target.matches(".why") && why?.innerHTML === detail.target.innerHTML) detail.shouldSwap = false;
});

document.addEventListener("htmx:afterSettle", () => {
  if (compose()) { markInvalid(compose()); showWhatIsTaken(compose()); }
});

// What is picked in the dialog the server puts into what was typed.
const picker = document.getElementById("picker");

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id === "picker-body" && !picker.open) picker.showModal();
});
picker.addEventListener("click", (event) => { if (event.target === picker) picker.close(); });
document.addEventListener("fluxweb:filled", () => {
  picker.close();
  count(compose());
  compose().elements.prompt.focus();
});

// -- reference images --------------------------------------------------------------------------------------------------

// Their script comes with the first of them.
const references = () => import("./references.js");
const hasReferences = () => document.querySelector("#references li");
const onForm = ({ dataTransfer, target }) => dataTransfer.types.includes("Files") && compose()?.contains(target);

function takeFiles(event, files) {
  event.preventDefault();
  references().then(({ send }) => send(files));
}

if (hasReferences()) compose().dataset.references = "some";
if (recall("references")?.keys.length) references();
const look = () => { if (hasReferences()) references(); };
look();
document.addEventListener("htmx:afterSettle", look);

document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  if (files?.length && compose() && !document.querySelector("dialog[open]")) takeFiles(event, files);
});
document.addEventListener("dragenter", references, { once: true });
document.addEventListener("dragover", (event) => { if (onForm(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => { if (onForm(event)) takeFiles(event, event.dataTransfer.files); });

// -- what stands here stays -------------------------------------------------------------------------------------------

// Every check keeps it; what was typed just before somebody leaves is sent along.
let typed = 0;
let asked = 0;
let kept = 0;
const isCheck = ({ pathInfo }) => pathInfo.requestPath === compose()?.dataset.check;
for (const name of ["input", "change", "offer"]) addEventListener(name, () => { typed += 1; }, { capture: true });
document.addEventListener("htmx:beforeSend", ({ detail }) => { if (isCheck(detail)) asked = typed; });
document.addEventListener("htmx:afterRequest", ({ detail }) => { if (detail.successful && isCheck(detail)) kept = asked; });
addEventListener("pagehide", () => {
  if (typed === kept || !compose()) return;
  const form = new FormData(compose());
  for (const name of ["reference", "recipe"]) form.delete(name);
  navigator.sendBeacon(compose().dataset.check, form);
});

// -- who comes back ---------------------------------------------------------------------------------------------------

// Ticks are put back before the server is asked.
const PARTS = { skip: "values", buy_again: "owned", as_written: "doubts", let_wait: "budget" };

function putBackTick(form, tick) {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(tick);
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value, checked: true });
  if (name === "size") {
    const chip = Object.assign(document.createElement("label"), { className: "chip" });
    chip.append(box, Object.assign(document.createElement("span"), { className: "num", textContent: value }));
    form.querySelector(".sizes-list").append(chip);
  } else if (name in PARTS) {
    box.hidden = true;
    document.getElementById(PARTS[name]).append(box);
  }
}

function putBack(form, held) {
  letSeveralShapes(form, held.some(([name, value]) => name === "shapes_several=on" && value));
  for (const tick of fillForm(form, held)) putBackTick(form, tick);
}

const held = compose() && recall("compose");
if (held) putBack(compose(), held);
rememberOnLeaving("compose", () => readForm(compose(), { all: true }));

// The page follows what was put back or typed before the scripts came; another visit means another run.
window.addEventListener("pageshow", (event) => {
  const [visit] = performance.getEntriesByType("navigation");
  const form = compose();
  if (!form) return;
  const cameBack = event.persisted || ["back_forward", "reload"].includes(visit?.type);
  if (cameBack) form.elements.nonce.value = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  else if (!readForm(form).length) return;
  count(form);
  showWhatIsTaken(form);
  form.dispatchEvent(new Event("offer"));
});
