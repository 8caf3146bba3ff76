/* Says a chosen date in words beside its field, so that nobody takes the day for the month: browsers show it by the
   habits of the device. Months and days are those the server names in the clock. */
"use strict";
(() => {
  const clock = document.querySelector("[data-clock]");
  if (!clock) return;
  const months = clock.dataset.months.split(" ");
  const days = clock.dataset.days.split(" ");

  function inWords(value) {
    const parts = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d))?/.exec(value);
    if (!parts) return "";
    const [, year, month, day, time] = parts;
    const week = days[(new Date(Date.UTC(+year, +month - 1, +day)).getUTCDay() + 6) % 7];
    return `${week} ${day} ${months[month - 1]} ${year}${time ? ` ${time}` : ""}`;
  }

  function add() {
    for (const field of document.querySelectorAll("input[type=datetime-local], input[type=date]")) {
      const words = document.createElement("output");
      words.className = "c-date-words";
      words.htmlFor = field.id;
      field.after(words);
      const show = () => { words.textContent = inWords(field.value); };
      field.addEventListener("input", show);
      show();
    }
  }
  add();
  document.addEventListener("htmx:afterSwap", add); // of the old fields none is left
})();
