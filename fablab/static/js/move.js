// Moving reservations on the calendar: by Alt+arrows, or by drag with mouse or pen. Both post the form of the move page;
// without this file, or by finger, there is that page.

const form = document.getElementById("moving");
const said = document.getElementById("said");
let queue = Promise.resolve(); // One after the other, so that each knows the version that the one before has made.
let drag = null;
let dropped = false; // A drag ends with a click, which is none.

const movable = (element) => (form ? element?.closest?.("table.grid td.c > a[data-move]") : null);
const found = (id) => document.querySelector(`table.grid td.c > a[data-move="${id}"]`);

/** Ask for the calendar as it is now, without waiting for the next poll. */
function refresh() {
  const part = document.querySelector("#tables, #days");
  return htmx.ajax("GET", part.getAttribute("hx-get"), { target: part, swap: "innerMorph", source: part });
}

async function post(link, changes) {
  const data = new URLSearchParams(new FormData(form));
  for (const [name, value] of Object.entries({ version: link.dataset.version, ...changes })) data.set(name, value);
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
  const answer = await fetch(`${new URL(link.href).pathname}/move`, { method: "POST", body: data, headers });
  return { status: answer.status, text: await answer.text(), away: answer.headers.get("HX-Redirect") };
}

async function move(id, changes) {
  const link = found(id);
  if (!link) return;
  let answer;
  try {
    answer = await post(link, changes);
  } catch {
    putBack(link);
    said.textContent = form.dataset.lost;
    return;
  }
  putBack(link);
  if (answer.away) location.assign(answer.away);
  else if (answer.status === 409 || answer.status === 422) {
    document.dispatchEvent(new CustomEvent("lab:answer", { detail: answer.text }));
    said.textContent = document.querySelector("#sheet-body .reasons")?.textContent.trim() ?? "";
  } else if (answer.status !== 200) location.assign(link.href);
  await refresh();
  if (answer.status !== 200) return;
  const there = found(id);
  if (there) document.dispatchEvent(new CustomEvent("lab:focus", { detail: there.closest("td") }));
  said.textContent = answer.text;
}

function later(id, changes) {
  queue = queue.then(() => move(id, changes));
}

document.addEventListener("keydown", (event) => {
  const link = movable(event.target);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.key === "Escape" && drag) end();
  if (!link || !step || !event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  later(link.dataset.move, event.shiftKey ? { longer_slots: step } : { slots: step });
});

/** Where the pointer is: in which row, in which of its columns. */
function place(event) {
  const cell = document.elementFromPoint(event.clientX, event.clientY)?.closest?.("table.grid td.c");
  if (!cell) return null;
  const box = cell.getBoundingClientRect();
  const inside = Math.min(cell.colSpan - 1, Math.floor(((event.clientX - box.left) / box.width) * cell.colSpan));
  return { row: cell.parentElement, table: cell.closest("table"), column: Number(cell.dataset.c) + inside };
}

/** What a drop means: minutes by columns; a row is a machine, or in a week a day. */
function meant(start, to) {
  const minutes = (to.column - start.from.column) * Number(to.table.dataset.step);
  if (start.resizes) return { longer: minutes };
  const rows = [...to.table.tBodies[0].rows];
  if ("week" in to.table.dataset) return { later: minutes, days: rows.indexOf(to.row) - rows.indexOf(start.from.row) };
  return { later: minutes, resource: to.row.dataset.resource };
}

function putBack(link) {
  link.classList.remove("dragged");
  link.removeAttribute("style");
}

function end() {
  putBack(drag.link);
  drag = null;
}

document.addEventListener("pointerdown", (event) => {
  dropped = false;
  const link = movable(event.target);
  if (!link || event.button !== 0 || event.pointerType === "touch") return;
  const box = link.getBoundingClientRect();
  const resizes = box.width > 40 && box.right - event.clientX < 12;
  drag = { link, id: link.dataset.move, x: event.clientX, y: event.clientY, from: place(event), width: box.width, resizes };
});

document.addEventListener("pointermove", (event) => {
  if (!drag) return;
  const [right, down] = [event.clientX - drag.x, event.clientY - drag.y];
  if (!drag.moved && Math.hypot(right, down) < 6) return;
  drag.moved = true;
  drag.link.classList.add("dragged");
  if (drag.resizes) {
    drag.link.style.right = "auto";
    drag.link.style.width = `${Math.max(20, drag.width + right)}px`;
  } else drag.link.style.transform = `translate(${right}px, ${down}px)`;
});

document.addEventListener("pointerup", (event) => {
  if (!drag?.moved) {
    drag = null;
    return;
  }
  dropped = true;
  const to = place(event);
  const start = drag;
  const changes = to && start.from && to.table === start.from.table ? meant(start, to) : {};
  const isSame = !Object.entries(changes).some(([name, value]) =>
    name === "resource" ? value !== start.from.row.dataset.resource : value !== 0);
  if (isSame) {
    end();
    return;
  }
  drag = null;
  later(start.id, changes);
});

document.addEventListener("pointercancel", () => drag && end());
document.addEventListener(
  "click",
  (event) => {
    if (!dropped) return;
    dropped = false;
    event.preventDefault();
    event.stopPropagation();
  },
  true,
);
