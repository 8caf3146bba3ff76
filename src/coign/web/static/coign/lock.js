/* Locks the page when nobody has moved for a while. The page stays as it is below, with everything filled in.
   The server keeps its own limit; this only hides what a passer-by could read, and lets the same person go on. */
"use strict";
(() => {
  const dialog = document.querySelector("dialog[data-lock]");
  const limitMs = Number(document.body.dataset.idleSeconds || 0) * 1000;
  const ACTIVE = "coign.active"; // shared between the tabs of one person: work in one keeps the other open
  const LOCKED = "coign.locked"; // survives a reload: a lock is not undone by F5
  if (!dialog) {
    try { localStorage.removeItem(LOCKED); } catch { /* nothing was kept */ }
    return; // nobody is signed in; whoever signs in next has just shown who they are
  }

  const person = document.body.dataset.person ?? "";
  const form = dialog.querySelector("[data-lock-form]");
  const error = dialog.querySelector("[data-lock-error]");
  let lastMs = Date.now();
  let unlocking = false;

  function remember(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch { /* private window: this tab alone */ }
  }
  function recall(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  }

  function active() {
    if (dialog.open) return;
    const now = Date.now();
    if (now - lastMs > 5000) remember(ACTIVE, String(now));
    lastMs = now;
  }

  function lock() {
    if (dialog.open) return;
    remember(LOCKED, person);
    dialog.showModal();
    document.documentElement.classList.add("is-locked");
  }

  function unlock() {
    unlocking = true;
    lastMs = Date.now();
    remember(LOCKED, null);
    remember(ACTIVE, String(lastMs));
    error.hidden = true;
    form.reset();
    document.documentElement.classList.remove("is-locked");
    if (dialog.open) dialog.close();
    unlocking = false;
  }

  function fail(words) {
    error.querySelector("span").textContent = words;
    error.hidden = false;
    form.querySelector("input[type=password]").select();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: new FormData(form),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
      });
      const body = await answer.json();
      if (body.ok === true) unlock();
      else fail(body.message || form.dataset.failed);
    } catch {
      fail(form.dataset.offline);
    }
  });

  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("close", () => {
    if (!unlocking && document.documentElement.classList.contains("is-locked")) dialog.showModal();
  });
  for (const kind of ["pointerdown", "keydown", "wheel", "touchstart"]) {
    addEventListener(kind, active, { passive: true, capture: true });
  }
  addEventListener("storage", (event) => {
    if (event.key === ACTIVE) lastMs = Math.max(lastMs, Number(event.newValue));
    if (event.key === LOCKED && event.newValue === null && dialog.open) unlock();
    if (event.key === LOCKED && event.newValue === person) lock();
  });

  if ("locked" in document.body.dataset || recall(LOCKED) === person) lock();
  else remember(LOCKED, null);
  if (limitMs > 0) setInterval(() => { if (Date.now() - lastMs >= limitMs) lock(); }, 1000);
})();
