// The matrix of a run by keyboard: arrow keys go from picture to picture, and what is replaced keeps the focus.

const SIZES = ["size-s", "size-m", "size-l"];
const STEPS = { "-": -1, "+": 1, "=": 1 }; // between them
const MOVES = {
  ArrowLeft: (cells, cell) => beside(cells, cell, -1),
  ArrowRight: (cells, cell) => beside(cells, cell, 1),
  ArrowUp: (cells, cell) => above(cells, cell, -1),
  ArrowDown: (cells, cell) => above(cells, cell, 1),
  Home: (cells, cell) => line(cells, top(cell)).at(0),
  End: (cells, cell) => line(cells, top(cell)).at(-1),
};

const top = (cell) => Math.round(cell.getBoundingClientRect().top);
const middle = (cell) => cell.getBoundingClientRect().left + cell.offsetWidth / 2;
const line = (cells, height) => cells.filter((cell) => Math.abs(top(cell) - height) < 2);

function beside(cells, cell, step) {
  const row = line(cells, top(cell));
  return row[row.indexOf(cell) + step];
}

/** The nearest cell of the next line up or down that has one: gaps are stepped over. */
function above(cells, cell, step) {
  const beyond = cells.map(top).filter((each) => (each - top(cell)) * step > 1);
  if (!beyond.length) return null;
  const row = line(cells, step > 0 ? Math.min(...beyond) : Math.max(...beyond));
  const off = (each) => Math.abs(middle(each) - middle(cell));
  return row.reduce((best, each) => (off(each) < off(best) ? each : best));
}

/** A picture is a link; what is not a picture yet takes the focus itself. */
function enter(cell) {
  (cell?.querySelector(":scope > a") ?? cell)?.focus();
}

document.addEventListener("keydown", (event) => {
  const sheets = event.target.closest?.(".sheets");
  if (!sheets || event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key !== "+")) return;
  const cell = event.target.closest(".cell");
  if (event.key in STEPS) {
    const at = SIZES.indexOf(document.getElementById("matrix").className);
    document.getElementById(SIZES[at + STEPS[event.key]])?.click();
  } else if (event.key in MOVES) {
    const cells = [...sheets.querySelectorAll(".cell")];
    enter(cell ? MOVES[event.key](cells, cell) : cells[0]);
  } else if (event.key === "Enter" && event.target === cell) {
    cell.querySelector("summary")?.click();
  } else {
    return;
  }
  event.preventDefault();
});

// -- the focus survives what is replaced -----------------------------------------------------------------------------

let focused = "";

function remember({ detail }) {
  const cell = document.activeElement?.closest(".cell");
  focused = cell && detail.target.contains(cell) ? cell.id : focused;
}

function restore() {
  if (focused && document.activeElement === document.body) enter(document.getElementById(focused));
  focused = "";
}

document.addEventListener("htmx:oobBeforeSwap", remember);
document.addEventListener("htmx:beforeSwap", remember);
document.addEventListener("htmx:afterSwap", restore);
