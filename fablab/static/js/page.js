// What every page does: open sheets in the dialog, rest while nobody looks, small comforts of forms.

const dialog = document.getElementById("sheet");
const body = document.getElementById("sheet-body");

document.documentElement.classList.add("js");

/** Show what a link leads to in the dialog; if that fails, go there. */
async function openSheet(href) {
  try {
    await htmx.ajax("GET", href, { target: body, swap: "innerHTML" });
  } catch {
    location.assign(href);
    return;
  }
  if (!body.childElementCount || dialog.open) return;
  dialog.showModal();
  (body.querySelector(".reasons") ?? body.querySelector("#confirm"))?.focus();
}

// Other scripts ask for a sheet by this event: importing this file a second time would make all of it happen twice.
document.addEventListener("lab:sheet", (event) => openSheet(event.detail));

// What came as an answer is shown like a sheet that was opened.
document.addEventListener("lab:answer", (event) => {
  body.innerHTML = event.detail;
  htmx.process(body);
  if (!dialog.open) dialog.showModal();
  body.querySelector(".reasons")?.focus();
});

document.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const link = event.target.closest("a[data-sheet]");
  if (link && plain && !event.defaultPrevented) {
    event.preventDefault();
    openSheet(link.href);
  }
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A slash leads to the search, unless one is writing.
document.addEventListener("keydown", (event) => {
  const search = document.querySelector("a.to-search");
  if (event.key !== "/" || !search || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  event.preventDefault();
  location.assign(search.href);
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]") && event.target.value) event.target.form.requestSubmit();
});

// A page that nobody looks at asks nothing; it asks at once when somebody comes back.
document.addEventListener("htmx:before:request", (event) => {
  const trigger = event.target.getAttribute?.("hx-trigger") ?? "";
  if (document.hidden && trigger.startsWith("every")) event.preventDefault();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const part of document.querySelectorAll('[hx-trigger^="every"]')) htmx.trigger(part, "every");
});

// When polls are not answered, say since when what is shown is stale.
const lost = document.getElementById("lost");
document.addEventListener("htmx:error", (event) => {
  if (!lost || !lost.hidden || !event.target.getAttribute?.("hx-trigger")?.startsWith("every")) return;
  const clock = { hour: "2-digit", minute: "2-digit", timeZone: lost.dataset.zone };
  lost.querySelector("time").textContent = new Date().toLocaleTimeString(document.documentElement.lang, clock);
  lost.hidden = false;
});
document.addEventListener("htmx:after:request", () => {
  if (lost) lost.hidden = true;
});

// A form that was sent is not sent twice by a nervous finger.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 3000);
});

// Where one is stands in view, also where a row of chips is wider than the screen.
for (const here of document.querySelectorAll(".chips [aria-current]")) {
  const row = here.parentElement;
  row.scrollLeft = here.offsetLeft + here.offsetWidth / 2 - row.clientWidth / 2;
}
