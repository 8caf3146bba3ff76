/* The clock in the bar and the hold timers. Both count from the server's time, never from the station's own clock. */
"use strict";
(() => {
  const bar = document.querySelector("[data-clock]");
  const loadedAt = { steady: performance.now(), wall: Date.now() };

  /* A steady clock stops while a laptop sleeps, a wall clock can be set. The larger of the two never promises
     more time than there is; at worst a timer runs early, and a reload puts it right. */
  function elapsedMs() {
    const steady = performance.now() - loadedAt.steady;
    const wall = Date.now() - loadedAt.wall;
    return Math.max(steady, wall) * Number(bar?.dataset.factor ?? 1);
  }

  const two = (n) => String(n).padStart(2, "0");

  function showClock() {
    const now = new Date(Number(bar.dataset.nowMs) + elapsedMs());
    const here = new Date(now.getTime() + Number(bar.dataset.offsetMinutes) * 60000);
    const day = bar.dataset.days.split(" ")[(here.getUTCDay() + 6) % 7];
    const month = bar.dataset.months.split(" ")[here.getUTCMonth()];
    put(bar, "[data-clock-local]", `${two(here.getUTCHours())}:${two(here.getUTCMinutes())} ${bar.dataset.zone}`);
    put(bar, "[data-clock-date]", `${day} ${two(here.getUTCDate())} ${month} ${here.getUTCFullYear()}`);
    put(bar, "[data-clock-utc]", `${two(now.getUTCHours())}:${two(now.getUTCMinutes())}`);
  }

  function put(root, selector, text) {
    const place = root.querySelector(selector);
    if (place && place.textContent !== text) place.textContent = text;
  }

  /* The same forms as `duration` in drawing/hold.py. */
  function duration(seconds) {
    const whole = Math.floor(seconds);
    const days = Math.floor(whole / 86400);
    const hours = Math.floor((whole % 86400) / 3600);
    const minutes = Math.floor((whole % 3600) / 60);
    if (days) return `${days} d ${two(hours)}:${two(minutes)}`;
    if (hours) return `${hours}:${two(minutes)}:${two(whole % 60)}`;
    return `${two(minutes)}:${two(whole % 60)}`;
  }

  function showHold(hold) {
    const start = Number(hold.dataset.startMs);
    const end = Number(hold.dataset.endMs);
    hold.dataset.seenMs ??= String(elapsedMs());
    const now = Number(hold.dataset.nowMs) + elapsedMs() - Number(hold.dataset.seenMs);
    const percent = Math.min(100, Math.max(0, (100 * (end - now)) / (end - start)));
    const status = end - now <= 0 ? "stop" : percent <= Number(hold.dataset.lookPercent) ? "look" : "running";
    put(hold, "[data-hold-time]", duration(Math.abs(end - now) / 1000));
    put(hold, "[data-hold-side]", status === "stop" ? hold.dataset.past : hold.dataset.left);
    hold.querySelector("[data-hold-ring]")?.setAttribute("stroke-dasharray", `${percent} 100`);
    hold.querySelector("[data-hold-bar]")?.setAttribute("width", `${percent}%`);
    if (!hold.classList.contains(`is-${status}`)) change(hold, status);
  }

  function change(hold, status) {
    hold.classList.remove("is-running", "is-look", "is-stop");
    hold.classList.add(`is-${status}`);
    const chip = hold.querySelector(`[data-hold-chip="${status}"]`).content.cloneNode(true);
    const word = { running: hold.dataset.wordRunning, look: hold.dataset.wordLook, stop: hold.dataset.wordStop }[status];
    chip.querySelector("span > span").textContent = word;
    hold.querySelector(".c-hold-status").replaceChildren(chip);
    put(hold, "[data-hold-said]", `${hold.getAttribute("aria-label")}: ${word}`);
    hold.dispatchEvent(new CustomEvent("coign:hold", { bubbles: true, detail: { status } }));
  }

  function tick() {
    if (bar) showClock();
    document.querySelectorAll("[data-hold]").forEach(showHold);
  }

  tick();
  setInterval(tick, 1000);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("htmx:afterSwap", tick);
})();
