// The calendar from the keyboard and by drag: one tab stop, arrows move, Shift+arrows extend, Enter books.

const said = document.getElementById("said");
let anchor = null; // Where a choice of several slots began.
let chosen = []; // Its cells, in order.

const cellsOf = (row) => [...row.querySelectorAll("td.c")];
const holder = (cell) => cell.querySelector("a") ?? cell;
const column = (cell) => Number(cell.dataset.c);
const isFree = (cell) => cell?.classList.contains("free");

/** Leave one tab stop in each grid: the one that has it, else the first slot that is free. */
function tidy() {
  for (const grid of document.querySelectorAll("table.grid")) {
    const holders = [...grid.querySelectorAll("td.c")].map(holder);
    const stop =
      holders.find((item) => item === document.activeElement) ??
      holders.find((item) => item.tabIndex === 0 && item.getAttribute("tabindex")) ??
      holders.find((item) => isFree(item.closest("td"))) ??
      holders[0];
    for (const item of holders) item.setAttribute("tabindex", item === stop ? "0" : "-1");
  }
  mark(chosen.filter((cell) => cell.isConnected && isFree(cell)));
}

function focus(cell, options = {}) {
  const grid = cell.closest("table");
  for (const item of grid.querySelectorAll('td.c [tabindex="0"], td.c[tabindex="0"]')) item.setAttribute("tabindex", "-1");
  holder(cell).setAttribute("tabindex", "0");
  holder(cell).focus(options);
}

function mark(cells) {
  for (const cell of document.querySelectorAll("td.chosen")) cell.classList.remove("chosen");
  chosen = cells;
  for (const cell of cells) cell.classList.add("chosen");
}

/** The free cells from one to another of the same row, up to the first that is not free. */
function stretch(from, to) {
  const row = cellsOf(from.parentElement);
  let [first, last] = [row.indexOf(from), row.indexOf(to)];
  const step = last < first ? -1 : 1;
  const found = [];
  for (let index = first; index !== last + step && isFree(row[index]); index += step) found.push(row[index]);
  return step < 0 ? found.reverse() : found;
}

function extend(to) {
  if (to.parentElement !== anchor.parentElement) return;
  mark(stretch(anchor, to));
  const links = chosen.map(holder);
  if (links.length) said.textContent = `${links[0].dataset.label.split("–")[0]}–${links.at(-1).dataset.label.split("–")[1]}`;
}

function book(cell) {
  const cells = chosen.includes(cell) ? chosen : [cell];
  const url = new URL(holder(cells[0]).href);
  const minutes = cells.reduce((sum, item) => sum + Number(holder(item).dataset.minutes), 0);
  if (cells.length > 1) url.searchParams.set("minutes", minutes);
  mark([]);
  document.dispatchEvent(new CustomEvent("lab:sheet", { detail: url.href }));
}

function beside(cell, key) {
  const row = cell.parentElement;
  const cells = cellsOf(row);
  if (key === "ArrowRight") return cells[cells.indexOf(cell) + 1];
  if (key === "ArrowLeft") return cells[cells.indexOf(cell) - 1];
  if (key === "Home") return cells[0];
  if (key === "End") return cells.at(-1);
  const other = key === "ArrowDown" ? row.nextElementSibling : key === "ArrowUp" ? row.previousElementSibling : null;
  if (!other) return null;
  return cellsOf(other).findLast((item) => column(item) <= column(cell));
}

document.addEventListener("keydown", (event) => {
  const cell = event.target.closest?.("table.grid td.c");
  if (!cell) return;
  if (event.key === "Escape") mark([]);
  if (event.key === "Enter" && isFree(cell)) {
    event.preventDefault();
    book(cell);
    return;
  }
  const next = beside(cell, event.key);
  if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (event.shiftKey && isFree(cell)) {
    if (!chosen.length) anchor = cell;
    extend(next);
    if (chosen.includes(next)) focus(next);
    return;
  }
  mark([]);
  focus(next);
});

// Drag with mouse or pen over free slots; a finger scrolls and taps.
let dragging = false;
document.addEventListener("pointerdown", (event) => {
  const cell = event.target.closest("table.grid td.free");
  if (!cell || event.button !== 0 || event.pointerType === "touch") return;
  dragging = true;
  anchor = cell;
  mark([cell]);
});
document.addEventListener("pointerover", (event) => {
  const cell = dragging && event.target.closest("table.grid td.c");
  if (cell) extend(cell);
});
document.addEventListener("pointerup", (event) => {
  if (!dragging) return;
  dragging = false;
  const cells = chosen;
  if (cells.length > 1) book(cells[0]);
  else mark([]);
});
document.addEventListener("dragstart", (event) => {
  if (event.target.closest("table.grid")) event.preventDefault();
});
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("table.grid td.free a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    if (!document.getElementById("sheet").open) book(link.closest("td"));
  },
  true,
);

// A calendar of a whole day and night opens where people are: now, or in the morning; calendars below each other move as one.
const scrollers = [...document.querySelectorAll(".scroller")];
for (const scroller of scrollers) {
  const hours = [...scroller.querySelectorAll("thead th")];
  const going = scroller.dataset.from === "now" ? scroller.querySelector("td.is-now") : null;
  const target = going ?? hours.find((hour) => hour.textContent >= scroller.dataset.from);
  const names = scroller.querySelector("tbody th")?.offsetWidth ?? 0;
  if (target) scroller.scrollLeft = target.getBoundingClientRect().left - scroller.getBoundingClientRect().left - names - 1;
  scroller.addEventListener("scroll", () => {
    for (const other of scrollers) if (other !== scroller && other.scrollLeft !== scroller.scrollLeft) other.scrollLeft = scroller.scrollLeft;
  }, { passive: true });
}

// A poll may join or part cells: whoever stands on one stays where they were, or on the reservation that they hold.
let kept = null;
document.addEventListener("htmx:before:swap", () => {
  const cell = document.activeElement?.closest?.("table.grid td.c");
  kept = cell && { row: cell.parentElement.id, column: column(cell), id: holder(cell).dataset.move };
});
document.addEventListener("htmx:after:swap", () => {
  tidy();
  if (!kept) return;
  const row = document.getElementById(kept.row);
  const held = kept.id && document.querySelector(`table.grid a[data-move="${kept.id}"]`)?.closest("td");
  const cell = held || (row && cellsOf(row).findLast((item) => column(item) <= kept.column));
  kept = null;
  if (cell && holder(cell) !== document.activeElement) focus(cell, { preventScroll: true });
});
document.addEventListener("lab:focus", (event) => focus(event.detail));
tidy();
