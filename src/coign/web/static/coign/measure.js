/* Says, while a number is typed, whether it lies within its limits. It only helps the eye: the verdict that counts is
   computed by the rules when the number is sent. */
"use strict";
(() => {
  const number = (text) => {
    const plain = text.trim().replace(",", ".");
    return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(plain) ? Number(plain) : null;
  };
  const bound = (text) => (text === undefined || text === "" ? null : Number(text));

  function within(data, value) {
    const low = bound(data.low);
    const high = bound(data.high);
    if (low !== null && (data.lowOpen ? value <= low : value < low)) return false;
    return high === null || (data.highOpen ? value < high : value <= high);
  }

  function show(measure) {
    const input = measure.querySelector("input");
    const value = number(input.value);
    const dot = measure.querySelector("[data-measure-dot]");
    const word = measure.querySelector("[data-measure-word]");
    const chip = measure.querySelector("[data-measure-chip]");
    dot.toggleAttribute("hidden", value === null);
    word.toggleAttribute("hidden", value === null);
    if (value === null) return chip.replaceChildren();
    const data = measure.dataset;
    const ok = within(data, value);
    const share = (value - Number(data.first)) / (Number(data.end) - Number(data.first));
    const x = Math.min(97, Math.max(3, 100 * share));
    dot.setAttribute("cx", `${x}%`);
    dot.setAttribute("class", `c-scale-value t-${ok ? "in_order" : data.outside}`);
    word.setAttribute("x", `${x}%`);
    word.setAttribute("text-anchor", x < 15 ? "start" : x > 85 ? "end" : "middle");
    word.textContent = `${input.value.trim().replace("-", "−")} ${data.unit}`.trim();
    const wanted = ok ? "in_order" : "outside";
    if (chip.dataset.shown !== wanted || !chip.firstChild) {
      chip.replaceChildren(measure.querySelector(`[data-measure-chip-of="${wanted}"]`).content.cloneNode(true));
      chip.dataset.shown = wanted;
    }
  }

  document.addEventListener("input", (event) => {
    const measure = event.target.closest?.("[data-measure]");
    if (measure) show(measure);
  });
  const showAll = () => document.querySelectorAll("[data-measure]").forEach(show);
  showAll();
  document.addEventListener("htmx:afterSwap", showAll);
})();
