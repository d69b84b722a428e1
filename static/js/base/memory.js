// What a page remembers of itself over a reload and over Back: by name and value. Browsers put fields back by their
// position, which is wrong wherever the page has changed meanwhile; so forms say autocomplete="off", and this does it.

const PREFIX = "fluxweb:page:";
const TICKED = ["checkbox", "radio"];
const NOT_TYPED = ["hidden", "password", "file", "submit", "reset", "button", "fieldset", "output"];

const [visit] = performance.getEntriesByType("navigation");
const cameBack = ["back_forward", "reload"].includes(visit?.type);
// Of this entry of the history, where browsers tell.
const place = (name) => [PREFIX, window.navigation?.currentEntry?.key, location.pathname, location.search, name].join(" ");

/** Return what was remembered, if somebody came back or reloaded. */
export function recall(name) {
  try {
    return cameBack ? JSON.parse(sessionStorage.getItem(place(name))) : null;
  } catch {
    return null; // storage is forbidden
  }
}

/** Remember, when the page is left, what `read()` returns then. */
export function rememberOnLeaving(name, read) {
  addEventListener("pagehide", () => {
    try {
      sessionStorage.setItem(place(name), JSON.stringify(read()));
    } catch {
      forgetAll(); // storage is full (the next page has room again) or forbidden
    }
  });
}

function forgetAll() {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // storage is forbidden
  }
}

const isTicked = (control) => TICKED.includes(control.type);
const isTyped = (control) => !isTicked(control) && !NOT_TYPED.includes(control.type);
const byName = (control) => (isTicked(control) ? `${control.name}=${control.value}` : control.id || control.name);
const holds = (control) => (isTicked(control) ? control.checked : control.value);

function isChanged(control) {
  if (isTicked(control)) return control.checked !== control.defaultChecked;
  if (control.options) return [...control.options].some((option) => option.selected !== option.defaultSelected);
  return control.value !== control.defaultValue;
}

/** Read what somebody made of a form; with `all`, also what the server wrote. */
export function readForm(form, { all = false, without = [] } = {}) {
  const kept = (control) => control.name && (isTicked(control) || isTyped(control)) && !without.includes(control.name);
  const controls = [...form.elements].filter(kept);
  return controls.filter((control) => all || isChanged(control)).map((control) => [byName(control), holds(control)]);
}

/** Put it back into what is there now; return the names of what was ticked and is not there. */
export function fillForm(form, held) {
  const wanted = new Map(held);
  for (const control of form.elements) {
    const value = wanted.get(byName(control));
    wanted.delete(byName(control));
    if (isTicked(control)) control.checked = value ?? control.checked;
    else if (isTyped(control) && value !== undefined) control.value = value;
  }
  return [...wanted].filter(([, value]) => value === true).map(([name]) => name);
}

/** Keep a form over a reload and Back; `filled()` is called if something was put back. */
export function keepForm(form, { name = form.dataset.keep, without = [], filled = () => {} } = {}) {
  const held = recall(name);
  if (held?.length) {
    fillForm(form, held);
    filled();
  }
  rememberOnLeaving(name, () => readForm(form, { without }));
}

export function keepForms() {
  for (const form of document.querySelectorAll("form[data-keep]")) keepForm(form);
}
