// The terminal at a door: it returns to its first page by itself, and what a badge reader types is never lost.

const { start, seconds } = document.body.dataset;
const code = document.getElementById("code");

/** Somebody is typing: they are not interrupted. */
function isBusy() {
  return [...document.querySelectorAll("input:not([type=hidden])")].some((field) => field.value);
}

let waited = 0;
setInterval(() => {
  waited += 1;
  if (waited >= Number(seconds) && (!code || !isBusy() || waited >= Number(seconds) + 60)) location.replace(start);
}, 1000);

// A reader types like a keyboard, also when nobody has touched the field.
document.addEventListener("keydown", (event) => {
  if (code && document.activeElement === document.body && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
    code.focus();
  }
});
