// The readable account, made anew from the entries: the same page as the one in the pack, or the pack says something else.

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;" };

function escaped(text) {
  shaped(typeof text === "string", "text is missing");
  return text.replace(/[&<>"']/g, (each) => ESCAPES[each]);
}

const words = (name) => name.replaceAll("_", " ");
const byCodePoint = ([one], [other]) => {
  const [left, right] = [Array.from(one), Array.from(other)];
  const n = left.findIndex((each, place) => each !== right[place]);
  return n < 0 ? left.length - right.length : (left[n].codePointAt(0) ?? 0) - (right[n]?.codePointAt(0) ?? -1);
};

function valueHtml(value, opened) {
  if (value === null || value === "" || (Array.isArray(value) && !value.length)) return "—";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (isObject(value) && typeof value.commitment === "string")
    return inTheVault(value.commitment, opened);
  if (Array.isArray(value)) return value.map((each) => valueHtml(each, opened)).join("; ");
  if (isObject(value))
    return Object.entries(value).sort(byCodePoint).map(([name, each]) => `${escaped(words(name))} ${valueHtml(each, opened)}`).join(", ");
  return escaped(String(value));
}

function inTheVault(commitment, opened) {
  const short = escaped(`${Array.from(commitment).slice(0, 16).join("")}…`);
  if (!opened.has(commitment)) return `in the vault (commitment ${short})`;
  return `<span class="opened">${escaped(opened.get(commitment))}</span> (opened: the words fit the commitment ${short})`;
}

const isTrue = (value) => Boolean(value) && !(Array.isArray(value) && !value.length) && !(isObject(value) && !Object.keys(value).length);
const said = (value) => (value === null ? "None" : String(value));

function account({ origin, chain, size, redacted, withheld, subjects, entries, opened, style }) {
  const own = new Set(subjects);
  const isOwn = (entry) => entry.about.some((each) => own.has(each.subject)) || entry.refs.some((each) => own.has(each));
  const ofIt = entries.filter(isOwn), others = entries.filter((entry) => !isOwn(entry));
  const facts = entries.flatMap((entry) => entry.intent.facts), corrected = correctedIn(entries);
  const articles = (some) => some.map((entry) => article(entry, corrected, opened));
  const lines = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(chain)}</title>`,
    `<meta name="viewport" content="width=device-width"><style>${style}</style></head><body>`,
    `<h1>${escaped(chain)}</h1>`,
    `<p>From the record ${escaped(origin)} as it was at ${size} entries. ${ofIt.length} entries about this therapy, `
      + `${others.length} on which decisions in it rested, ${withheld} withheld`
      + `${redacted ? ` from the role ${escaped(redacted)}` : ""}.</p>`,
    "<p>Names and free text are not in the record but in a vault: in their place stand commitments"
      + `${opened.size ? `, of which ${opened.size} are opened here` : ""}. This page is made of the entries and `
      + "openings beside it alone; <code>coign-verify</code> checks them, and that this page is theirs.</p>",
  ];
  if (facts.some((fact) => fact.type === "ledger.opened.v1" && isTrue(fact.body.demonstration ?? null)))
    lines.push('<p class="mark">A demonstration: every person, patient and value in it is invented.</p>');
  lines.push(
    `<h2>What it consists of</h2><p>${subjects.map(escaped).join(", ")}</p>`,
    "<h2>What happened</h2>", ...articles(ofIt), "<h2>What decisions rested on</h2>", ...articles(others), "</body></html>\n",
  );
  return toBytes(lines.join("\n"));
}

/** By entry, fact and field: what counts in place of a recorded value, and which entry says so. */
function correctedIn(entries) {
  const found = new Map();
  for (const entry of entries) {
    if (entry.outcome === "refused") continue;
    for (const { type, body } of entry.intent.facts) {
      if (type !== "correction.value_corrected.v1") continue;
      const [at, fact, name, after, unit] = need(body, "entry", "fact", "name", "after", "unit");
      found.set(String([at, fact, name]), `${`corrected to ${said(after)} ${said(unit)}`.trimEnd()} by entry ${entry.position}`);
    }
  }
  return found;
}

function article(entry, corrected, opened) {
  const { intent, signature, time, position } = entry, { person, role, organisation } = intent.actor;
  const [domain, verb] = intent.action.split("."), title = words(verb ?? "").toLowerCase();
  const who = `${said(person)}, ${said(role)}, ${said(organisation)}`;
  const signed = signature ? `; signed (${said(signature.method)}), meaning: ${said(intent.meaning)}` : "";
  const lines = [
    `<article id="e${position}"><h3>${escaped(title.charAt(0).toUpperCase() + title.slice(1))} (${escaped(words(domain))})${mark(entry)}</h3>`,
    `<p>Entry ${position}, ${escaped(`${time.slice(0, 10)} ${time.slice(11, 19)} UTC, by ${who}${signed}`)}</p>`,
  ];
  if (isTrue(intent.reason)) lines.push(`<p>Reason: ${inTheVault(intent.reason, opened)}</p>`);
  for (const { type, body } of intent.facts) {
    const rows = Object.entries(body).sort(byCodePoint).map(([name, value]) =>
      `<tr><th>${escaped(words(name))}</th><td>${valueHtml(value, opened)}${marked(corrected.get(String([position, type, name])) ?? "")}</td></tr>`);
    lines.push(`<table><caption>${escaped(type)}</caption>${rows.join("")}</table>`);
  }
  return [...lines, "</article>"].join("\n");
}

const marked = (text) => (text ? ` <span class="mark">${escaped(text)}</span>` : "");

function mark({ outcome, unmet }) {
  return outcome === "done" ? "" : marked(outcome + (unmet.length ? `: ${unmet.join(", ")}` : ""));
}
