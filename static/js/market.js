// The little that HTML cannot do by itself. Every page works without this file.
"use strict";

// A refused form comes back with its summary first: take the reader there.
function focusSummary() {
  const summary = document.querySelector(".errors[tabindex]");
  if (summary) summary.focus();
}

document.addEventListener("DOMContentLoaded", focusSummary);
document.addEventListener("htmx:after:swap", focusSummary);
