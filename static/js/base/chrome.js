// What stands around every page: theme, menus, toasts, news of runs.

import { keepForms } from "./memory.js";

const THEMES = ["system", "light", "dark"];
const THEME_WORDS = { system: "as the system", light: "light", dark: "dark" };
const TOAST_MS = 7000;

// -- theme -----------------------------------------------------------------------------------------------------------

const themeButton = document.querySelector("[data-theme-button]");

function currentTheme() {
  return document.documentElement.dataset.theme ?? "system";
}

function showTheme() {
  const theme = currentTheme();
  themeButton.setAttribute("aria-label", `Theme: ${THEME_WORDS[theme]}`);
  themeButton.title = `Theme: ${THEME_WORDS[theme]}`;
  for (const icon of themeButton.querySelectorAll("[data-theme-icon]")) {
    icon.hidden = icon.dataset.themeIcon !== theme;
  }
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length];
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("fluxweb:theme", theme);
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
  showTheme();
}

if (themeButton) {
  themeButton.addEventListener("click", nextTheme);
  showTheme();
}

// -- menus -----------------------------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// -- forms -----------------------------------------------------------------------------------------------------------

keepForms();
if (!CSS.supports("field-sizing", "content")) import("./grow.js");

// -- keys --------------------------------------------------------------------------------------------------------------

// Ctrl+K finds; the other keys come with the first of them.
const palette = document.querySelector("[data-palette]")?.dataset.palette;
let early = [];

addEventListener("keydown", (event) => {
  if (palette && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    import("./palette.js").then(({ open }) => open(palette));
  } else if (palette && early?.push(event) === 1) {
    import("./keys.js").then(({ hear }) => { early.forEach(hear); early = null; });
  }
});

// -- toasts ----------------------------------------------------------------------------------------------------------

const toasts = document.getElementById("toasts");

/** Bad news stays until it is closed; the rest leaves by itself, but never from under a pointer or the focus. */
function settle(toast) {
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn ghost icon small";
  close.setAttribute("aria-label", "Close");
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  delete toast.dataset.toast;
  if (toast.matches(".bad, .error, .warning")) return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, TOAST_MS) : toast.remove());
  setTimeout(leave, TOAST_MS);
}

/** Show a short message, perhaps with a link behind it; `kind` is "", "good" or "bad". */
function toast(text, kind = "", link = null) {
  if ([...toasts.querySelectorAll("p")].some((said) => said.textContent === text)) return; // a poll says it every time
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  box.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (link) box.append(link);
  toasts.append(box);
  settle(box);
}

function settleNew() {
  toasts.querySelectorAll("[data-toast]").forEach(settle);
}

if (toasts) {
  settleNew();
  // fragments may bring toasts out of band
  new MutationObserver(settleNew).observe(toasts, { childList: true });
}

document.addEventListener("htmx:responseError", (event) => {
  if ([401, 503].includes(event.detail.xhr.status)) return; // said below
  toast(`The server answered ${event.detail.xhr.status}. Nothing was lost; try again in a moment.`, "bad");
});
document.addEventListener("htmx:sendError", () => {
  toast("The server cannot be reached. Nothing was lost; try again in a moment.", "bad");
});

// Said by a page: detail = { said, undo }.
document.addEventListener("fluxweb:undoable", ({ detail }) => {
  toasts.querySelector("[data-undo]")?.closest(".toast").remove(); // it would undo what came after
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: "Undo" });
  button.dataset.undo = "";
  button.addEventListener("click", () => {
    detail.undo();
    button.closest(".toast").remove();
  });
  toast(detail.said, "", button);
});

// Sent with 503: detail = { said }. The page stays as it is.
document.addEventListener("fluxweb:trouble", ({ detail }) => toast(detail.said, "bad"));

// -- signed out ------------------------------------------------------------------------------------------------------

// Sent with 401: detail = { login }. The page stays; nothing asks again by itself.
let signedOut = false;
document.addEventListener("fluxweb:signed-out", ({ detail }) => {
  for (const poll of document.querySelectorAll("[hx-trigger^=every]")) poll.remove();
  if (signedOut) return;
  signedOut = true;
  const here = encodeURIComponent(location.pathname + location.search);
  const link = Object.assign(document.createElement("a"), { href: `${detail.login}?next=${here}`, textContent: "Sign in again" });
  toast("You are signed out.", "bad", link);
});

// -- a run has finished ----------------------------------------------------------------------------------------------

// Sent by the run page: detail = { title, body, address }
document.addEventListener("fluxweb:finished", (event) => {
  const { title = "Finished", body = "", address = location.pathname } = event.detail ?? {};
  toast([title, body].filter(Boolean).join(": "), "good");
  if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
  const notice = new Notification(title, { body, tag: address });
  notice.addEventListener("click", () => {
    window.focus();
    location.assign(address);
    notice.close();
  });
});
