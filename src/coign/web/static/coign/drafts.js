/* Keeps what somebody had filled in, in this tab only, so that a lock or a sign-out loses no work.
   Never kept: passwords, files, hidden fields, and every field marked data-identity. A draft belongs to one person:
   another person at the same station does not see it, and it is thrown away. */
"use strict";
(() => {
  const PREFIX = "coign.draft:";
  const person = document.body.dataset.person ?? "";
  const words = document.querySelector("[data-draft-words]");
  let store;
  try { store = sessionStorage; store.length; } catch { return; }

  const keyOf = (form) => `${PREFIX}${location.pathname}#${form.id || [...document.forms].indexOf(form)}`;
  const kept = (field) =>
    field.name && !field.disabled && !field.closest("[data-identity]") &&
    !["password", "hidden", "file", "submit", "button"].includes(field.type);

  function read(key) {
    try { return JSON.parse(store.getItem(key)); } catch { return null; }
  }
  function drafts() {
    return Object.keys(store).filter((key) => key.startsWith(PREFIX));
  }

  /* A page nobody is signed in to stands between a sign-out and the next sign-in: whatever was sent off on the way
     did not arrive, so it is kept. A page of the same person means it arrived. A page of someone else: thrown away. */
  for (const key of drafts()) {
    const draft = read(key);
    if (!draft || (person && draft.person !== person)) store.removeItem(key);
    else if (!person) store.setItem(key, JSON.stringify({ ...draft, sent: false }));
    else if (draft.sent) store.removeItem(key);
  }
  if (!person) return;

  function save(form) {
    const values = [...form.elements].filter(kept).map((field) =>
      ["checkbox", "radio"].includes(field.type)
        ? [field.name, field.value, field.checked]
        : [field.name, field.multiple ? [...field.selectedOptions].map((o) => o.value) : field.value]);
    try { store.setItem(keyOf(form), JSON.stringify({ person, values, sent: false })); } catch { /* full: nothing kept */ }
  }

  function restore(form) {
    const draft = read(keyOf(form));
    if (!draft || "bound" in form.dataset) return;
    for (const [name, value, checked] of draft.values) {
      for (const field of [...form.elements].filter((f) => f.name === name && kept(f))) {
        if (checked !== undefined) { if (field.value === value) field.checked = checked; }
        else if (Array.isArray(value)) for (const option of field.options) option.selected = value.includes(option.value);
        else field.value = value;
      }
    }
    tell(form);
  }

  function tell(form) {
    const note = document.createElement("p");
    note.className = "c-draft-note";
    note.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = words.dataset.discard;
    button.addEventListener("click", () => {
      store.removeItem(keyOf(form));
      form.reset();
      note.remove();
      form.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    note.append(words.dataset.kept, button);
    form.prepend(note);
  }

  document.querySelectorAll("form[data-draft]").forEach(restore);
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) save(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-draft]");
    const draft = form && read(keyOf(form));
    if (draft) store.setItem(keyOf(form), JSON.stringify({ ...draft, sent: true }));
  });
})();
