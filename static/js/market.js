// The little that HTML cannot do by itself. Every page works without this file.
"use strict";

// The form whose button for one row more or less was pressed: whether it adds, and the names of the fields there were.
let pressed = null;

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=add], button[name=remove]");
  pressed = button && button.form
    ? { adds: button.name === "add", names: new Set(Array.from(button.form.elements, (one) => one.name)) }
    : null;
});

// A refused form comes back with its summary first: take the reader there.
function focusSummary() {
  document.querySelectorAll("#refused ~ #refused").forEach((earlier) => earlier.remove());
  const summary = document.querySelector(".errors[tabindex]");
  if (summary) summary.focus();
  return summary;
}

// The button went with what was exchanged: go on in the new row, else at the button for one more.
function focusRow() {
  if (!pressed) return;
  const fields = Array.from(document.querySelectorAll("main input:not([type=hidden]), main select, main textarea"));
  const fresh = pressed.adds && fields.find((one) => !pressed.names.has(one.name));
  const next = fresh || document.querySelector("main button[name=add]");
  pressed = null;
  if (next) next.focus();
}

document.addEventListener("DOMContentLoaded", focusSummary);
document.addEventListener("htmx:after:swap", () => focusSummary() || focusRow());
