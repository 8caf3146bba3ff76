/* Light or dark: the device decides unless the person did. Runs before the first paint, so nothing flashes. */
"use strict";
(() => {
  const KEY = "coign.theme";
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function chosen() {
    try { return localStorage.getItem(KEY) || "auto"; } catch { return "auto"; }
  }

  function apply() {
    const theme = chosen();
    root.dataset.bsTheme = theme === "auto" ? (dark.matches ? "dark" : "light") : theme;
    document.querySelectorAll("button[data-theme]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.theme === theme));
    });
  }

  apply();
  dark.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", apply);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-theme]");
    if (!button) return;
    try { localStorage.setItem(KEY, button.dataset.theme); } catch { /* private window: holds for this page only */ }
    apply();
    root.dataset.bsTheme = button.dataset.theme === "auto" ? (dark.matches ? "dark" : "light") : button.dataset.theme;
  });
})();
