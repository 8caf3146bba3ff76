/* A scanner types like a keyboard and ends with Enter. Whenever nobody types in a field, we listen.
   Every scan becomes one event, `coign:scan`, whether it came from the scanner, from the demonstration's tray or was
   typed; a page may take it (preventDefault), otherwise it goes to the page's form marked data-scan-target, or to the
   form that finds out what was scanned. */
"use strict";
(() => {
  const FORGET_MS = 1500; // hand typing between two keys is slower than any scanner; what is older is not one symbol
  const GROUP_SEPARATOR = "\x1d";
  let heard = "";
  let heardAt = 0;
  let taken = Promise.resolve();

  const editable = (el) =>
    el instanceof HTMLElement &&
    (el.isContentEditable || el.matches("textarea, select, input:not([type=button], [type=submit], [type=reset], [type=checkbox], [type=radio])"));
  const locked = () => document.querySelector("[data-lock][open]") !== null;

  /* Capturing, and before any button: the Enter or space of a scan must never press what happens to have the focus. */
  document.addEventListener("keydown", (event) => {
    if (locked() || event.isComposing || editable(event.target)) return;
    const now = Date.now();
    if (now - heardAt > FORGET_MS) heard = "";
    if (event.key === "Enter" || event.key === "Tab") {
      if (!heard || (event.key === "Tab" && heard.length < 3)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      const symbol = heard;
      hear("");
      deliver(symbol, "scanner");
      return;
    }
    if (event.key === "Escape") { hear(""); return; }
    const character = event.ctrlKey && event.key === "]" ? GROUP_SEPARATOR : event.key;
    if (character.length !== 1 || event.altKey || event.metaKey || (event.ctrlKey && character !== GROUP_SEPARATOR)) return;
    if (character === " " && !heard) return; // a space alone presses a button or scrolls, as everywhere
    event.preventDefault();
    heardAt = now;
    hear(heard + character);
  }, true);

  document.addEventListener("keyup", (event) => {
    if (event.key === " " && heard && !editable(event.target)) event.preventDefault();
  }, true);

  function hear(text) {
    heard = text;
    document.querySelectorAll("[data-scan-heard]").forEach((place) => {
      place.textContent = text.replaceAll(GROUP_SEPARATOR, "␝");
    });
  }

  function deliver(symbol, source) {
    const event = new CustomEvent("coign:scan", { bubbles: true, cancelable: true, detail: { symbol, source } });
    const said = document.querySelector("[data-scan-said]");
    if (said) said.textContent = `${said.dataset.words}: ${symbol.replaceAll(GROUP_SEPARATOR, " ")}`;
    if (!document.dispatchEvent(event)) return;
    taken = taken.then(() => take(symbol));
  }

  /* One after the other: what is scanned while an answer is on its way is not lost, it goes to the page that comes. */
  async function take(symbol) {
    const form = document.querySelector("form[data-scan-target]") ?? document.querySelector("form[data-scan-anywhere]");
    const field = form?.querySelector("[data-scan-field], input[name=scan]");
    if (!field) return;
    field.value = symbol;
    const part = form.dataset.scanPart;
    if (!part || !window.htmx) { form.requestSubmit(); return; }
    form.setAttribute("aria-busy", "true");
    await htmx.ajax("POST", location.href, { source: form, target: part, select: part, swap: "outerHTML" }).catch(() => {});
    if (form.isConnected) { form.requestSubmit(); return; } // no page came that fits here: the browser shows what did
    const said = document.querySelector("[data-scan-said]");
    const next = document.querySelector("[data-scan-box] h2, [role=alert]");
    if (said && next) said.textContent = next.textContent;
    focusFirst();
  }

  document.addEventListener("click", (event) => {
    const thing = event.target.closest("[data-symbol]");
    if (!thing || event.defaultPrevented) return;
    event.preventDefault();
    deliver(thing.dataset.symbol, "tray");
  });

  document.addEventListener("submit", (event) => {
    const typed = event.target.closest("form[data-scan-typed]");
    if (!typed) return;
    event.preventDefault();
    const field = typed.querySelector("input[name=scan]");
    const symbol = field.value.trim();
    if (!symbol) return;
    field.value = "";
    deliver(symbol, "typed");
  });

  /* Truth in the frame: the box says whether it hears. */
  function say() {
    const paused = editable(document.activeElement);
    document.querySelectorAll("[data-scan-box]").forEach((box) => {
      const state = box.querySelector("[data-scan-state]");
      state.textContent = paused ? state.dataset.paused : state.dataset.listening;
      state.classList.toggle("is-paused", paused);
      box.classList.toggle("is-paused", paused);
    });
  }
  document.addEventListener("focusin", say);
  document.addEventListener("focusout", () => setTimeout(say));
  document.addEventListener("htmx:afterSwap", say);
  say();

  /* The tray of the demonstration is a sheet on a phone. Without script the links to #tray and # do the same. */
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-tray-open]");
    const closer = event.target.closest("[data-tray-close]");
    if (!opener && !closer) return;
    event.preventDefault();
    const tray = (opener ?? closer).closest("[data-tray]");
    tray.classList.toggle("is-open", Boolean(opener));
    const other = tray.querySelector(opener ? "[data-tray-close]" : "[data-tray-open]");
    other.focus();
  });

  /* A menu closes when one goes elsewhere. */
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.c-menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.c-menu[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* The page stays at its top: what it says first is read first. */
  const focusFirst = () => document.querySelector("[data-focus-first]")?.focus({ preventScroll: true });
  focusFirst();

  /* An answer from elsewhere, such as the sign-in, belongs on a page of its own. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (new URL(event.detail.xhr.responseURL, location.href).pathname !== location.pathname) event.detail.shouldSwap = false;
  });
})();
