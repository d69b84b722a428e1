// What one thinks of pictures: shown at once, sent one after the other, taken back if the server refuses.
// The page itself holds what is shown: badges on tiles (#marked-KEY) and buttons under a picture (.judge).

const NONE = { verdict: "", stars: 0, favourite: false };
const WORDS = { pick: "Picked", maybe: "Maybe", reject: "Rejected", "": "No longer judged" };
const MOST_UNDONE = 200; // presses that are remembered
const PAUSES_MS = [500, 2000]; // before what did not arrive is sent again

const served = new Map(); // what the server has of pictures with something on its way, by key
const waiting = []; // presses on their way, oldest first: { changes: Map of key to what changes, address, fields }
const done = []; // what stood there before each press, oldest first, to be put back
let sending = false;

// -- what is shown ---------------------------------------------------------------------------------------------------

const judgesOf = (key) => [...document.querySelectorAll(`.judge[data-image="${CSS.escape(key)}"]`)];
const isPressed = (judge, what) => judge.querySelector(`[data-do="${what}"]`)?.getAttribute("aria-pressed") === "true";
const VERDICTS = ["pick", "maybe", "reject"];

function readJudge(judge) {
  const stars = judge.querySelectorAll(".five [aria-pressed=true]").length;
  return { verdict: VERDICTS.find((each) => isPressed(judge, each)) ?? "", stars, favourite: isPressed(judge, "favourite") };
}

function readBadges(badges) {
  return {
    verdict: VERDICTS.find((each) => badges.querySelector(`.${each}`)) ?? "",
    stars: parseInt(badges.querySelector(".stars")?.textContent ?? "0", 10),
    favourite: Boolean(badges.querySelector(".heart")),
  };
}

/** Read what a picture is shown with. */
export function read(key) {
  const badges = document.getElementById(`marked-${key}`);
  if (badges) return readBadges(badges);
  const [judge] = judgesOf(key);
  return judge ? readJudge(judge) : NONE;
}

function piece(name, words = "") {
  const copy = document.getElementById("rating-pieces").content.querySelector(`.${name}`).cloneNode(true);
  if (words) copy.querySelector("b").textContent = words;
  return copy;
}

function badgesOf({ verdict, stars, favourite }) {
  return [favourite && piece("heart"), verdict && piece(verdict), stars && piece("stars", String(stars))].filter(Boolean);
}

/** Draw everything that shows a picture anew, as it is rated. */
export function refresh(key, { verdict, stars, favourite }) {
  const badges = document.getElementById(`marked-${key}`);
  if (badges) badges.replaceChildren(...badgesOf({ verdict, stars, favourite }));
  for (const button of judgesOf(key).flatMap((judge) => [...judge.querySelectorAll("[data-do]")])) {
    const what = button.dataset.do;
    const on = what === "favourite" ? favourite : what === verdict || Number(what) <= stars;
    button.setAttribute("aria-pressed", String(on));
  }
  document.dispatchEvent(new CustomEvent("fluxweb:rated", { detail: { key } }));
}

// -- pressing --------------------------------------------------------------------------------------------------------

/** What a press means for these pictures; the same again takes it back. */
function changeFor(what, ratings) {
  const all = (name, value) => ratings.every((rating) => rating[name] === value);
  if (what === "favourite") return { favourite: !all("favourite", true) };
  if (what in WORDS) return { verdict: all("verdict", what) ? "" : what };
  return { stars: all("stars", Number(what)) ? 0 : Number(what) };
}

function say(change, count) {
  const of = count > 1 ? `${count} pictures: ` : "";
  if ("verdict" in change) return of + WORDS[change.verdict];
  if ("favourite" in change) return of + (change.favourite ? "Favourite" : "No longer a favourite");
  return `${of}${change.stars} of 5 stars`;
}

/** Rate pictures: `what` is pick, maybe, reject, favourite, or a number of stars. */
export function rate(keys, what) {
  if (!keys.length) return;
  const before = new Map(keys.map((key) => [key, read(key)]));
  const change = changeFor(what, [...before.values()]);
  done.push(before);
  done.splice(0, done.length - MOST_UNDONE);
  const [[name, value]] = Object.entries(change);
  const fields = [...keys.map((key) => ["image", key]), [name, value === false ? 0 : value === true ? 1 : value]];
  send({ address: "/marks/", fields, changes: new Map(keys.map((key) => [key, change])) });
  document.dispatchEvent(new CustomEvent("fluxweb:undoable", { detail: { said: `${say(change, keys.length)}.`, undo } }));
}

const written = (key, { verdict, stars, favourite }) => ["was", `${key}:${verdict}:${stars}:${Number(favourite)}`];

/** Take the newest press back; return the keys of its pictures. */
export function undo() {
  const before = done.pop();
  if (!before) return [];
  send({ address: "/marks/restore/", fields: [...before].map((each) => written(...each)), changes: before });
  return [...before.keys()];
}

// -- sending ---------------------------------------------------------------------------------------------------------

const asShown = (key) => waiting.reduce((rating, { changes }) => ({ ...rating, ...changes.get(key) }), served.get(key));

function send(press) {
  for (const key of press.changes.keys()) if (!served.has(key)) served.set(key, read(key));
  waiting.push(press);
  for (const key of press.changes.keys()) refresh(key, asShown(key));
  deliver();
}

/** One at a time: what was pressed later must not arrive earlier. */
async function deliver() {
  if (sending) return;
  sending = true;
  while (waiting.length) {
    const isKept = await isKeptByServer(waiting[0]);
    settle(waiting.shift(), isKept);
  }
  sending = false;
}

function settle({ changes }, isKept) {
  for (const [key, change] of changes) {
    if (isKept) served.set(key, { ...served.get(key), ...change });
    else refresh(key, asShown(key));
    if (!waiting.some((press) => press.changes.has(key))) served.delete(key);
  }
}

function post(address, fields) {
  const body = new FormData();
  const asked = document.querySelector("[data-raters]") ? [["raters", 1]] : [];
  for (const [name, value] of [...fields, ["shown", 1], ...asked]) body.append(name, value);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "HX-Request": "true" };
  return fetch(address, { method: "POST", body, headers, keepalive: fields.length < 1000 });
}

/** What did not arrive is sent again: it says how it shall be, so twice does no harm. (Leaving a page breaks it off, too.) */
async function isKeptByServer({ address, fields }, pauses = PAUSES_MS) {
  try {
    const response = await post(address, fields);
    if (!response.ok) complain(response);
    else if (response.status === 200) response.json().then(showRaters, () => {});
    return response.ok;
  } catch {
    if (pauses.length) return wait(pauses[0]).then(() => isKeptByServer({ address, fields }, pauses.slice(1)));
    trouble("The server cannot be reached: what you pressed was taken back.");
    return false;
  }
}

/** What all think of a picture, by key: there once one has given stars, gone when one takes them back. */
function showRaters(found) {
  for (const each of document.querySelectorAll("[data-raters]")) {
    const words = found[each.dataset.raters];
    if (words === undefined) continue;
    each.querySelector("span").textContent = words;
    each.hidden = !words;
  }
}

const wait = (time) => new Promise((done) => setTimeout(done, time));

const trouble = (said) => document.dispatchEvent(new CustomEvent("fluxweb:trouble", { detail: { said } }));

/** Signed out and in trouble the server says so itself, as to htmx. */
function complain(response) {
  const events = Object.entries(JSON.parse(response.headers.get("HX-Trigger") ?? "{}"));
  for (const [name, detail] of events) document.dispatchEvent(new CustomEvent(name, { detail }));
  if (events.length) return;
  const gone = response.status === 404;
  trouble(gone ? "A picture is no longer there: what you pressed was taken back." : `The server answered ${response.status}: what you pressed was taken back.`);
}

// Whoever leaves with something on its way: all that is shown goes out at once.
addEventListener("pagehide", () => {
  const keys = [...new Set(waiting.flatMap(({ changes }) => [...changes.keys()]))];
  if (keys.length) post("/marks/restore/", keys.map((key) => written(key, asShown(key))));
});

// -- buttons under a picture -----------------------------------------------------------------------------------------

document.addEventListener("click", (event) => {
  const button = event.target.closest(".judge [data-do]");
  if (!button) return;
  event.preventDefault();
  rate([button.closest(".judge").dataset.image], button.dataset.do);
});
