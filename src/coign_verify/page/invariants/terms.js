// What is told besides the record: documents whose hashes entries name.

const APPROVED_FACT = "regulatory.programme_approved.v1";

/** The hash of what held in the house when an entry was decided; empty where it names none. */
function decidedBy({ intent: { basis } }) {
  return typeof basis?.terms === "string" ? basis.terms : "";
}

/** What therapies and houses are held to and no public fact says, by the hash of a programme's version. */
class Terms {
  /**
   * `limits`: minutes by the name of the limit. `tasks`: what somebody must be qualified for, by step or action. `plans`:
   * what a batch consists of. `asked`: what a physician looks at before an infusion, each with its unit. `doses`: the
   * least and the most of a dose by weight, in million cells, or million cells for each kilogram. `house`: what holds in
   * every house, by the hash that the basis of an entry names: `numbers`, which are minutes and counts by their name, each
   * with the days from which it held, the oldest first, and `jurisdictions` by country.
   */
  constructor({ limits = {}, tasks = {}, plans = {}, house = {}, asked = {}, doses = {} } = {}) {
    Object.assign(this, { limits, tasks, plans, house, asked, doses });
  }

  /** Those of one version, out of the document whose hash stands in its approval. */
  take(version, document) {
    const minutes = (seconds) => (seconds === null ? null : Number(seconds) / 60);
    this.limits[version] = Object.fromEntries(Object.entries(document.limits_s).map(([name, each]) => [name, minutes(each)]));
    this.tasks[version] = document.tasks;
    if (document.steps) {
      const steps = document.steps.map(({ hold_s: hold, ...step }) => ({ ...step, hold_min: minutes(hold) }));
      this.plans[version] = { ...document, steps };
    }
    if (document.asked) this.asked[version] = document.asked;
    this.doses[version] = document.doses ?? [];
  }

  /** What holds in every house, out of the document whose hash stands in the basis of entries. */
  takeHouse(digest, { counts, durations_s: durations, jurisdictions }) {
    const rows = (named, each) => Object.entries(named).map(([name, held]) => [name, held.map(([since, value]) => [since, each(Number(value))])]);
    const numbers = Object.fromEntries([...rows(durations, (seconds) => seconds / 60), ...rows(counts, (count) => count)]);
    this.house[digest] = { numbers, jurisdictions };
  }

  isHere(digest) {
    return Object.hasOwn(this.house, digest);
  }

  /** What held in the house for an entry, by its own word. */
  ofEntry(entry) {
    const digest = decidedBy(entry);
    if (!this.isHere(digest)) throw new NotJudged("what held in the house where it was decided is not given");
    return this.house[digest];
  }

  /** Whose law held in a country for an entry. */
  jurisdiction(country, entry) {
    const { jurisdictions } = this.ofEntry(entry);
    if (!Object.hasOwn(jurisdictions, country)) throw new NotJudged(`the jurisdiction of ${country || "no country"} is not given`);
    return jurisdictions[country];
  }

  /** What held on the day of an entry. */
  ofTheHouse(name, entry) {
    const { numbers } = this.ofEntry(entry), day = entry.time.slice(0, 10);
    const held = (Object.hasOwn(numbers, name) ? numbers[name] : []).filter(([since]) => since <= day);
    if (!held.length) throw new NotJudged(`${name} is not given`);
    return held[held.length - 1][1];
  }

  items(version) {
    if (!Object.hasOwn(this.asked, version)) throw new NotJudged(`what is asked under programme version ${String(version).slice(0, 8)} is not given`);
    return this.asked[version];
  }

  /** The least and the most of a dose for a weight, in units of 10^-24 million cells. */
  dose(version, weight) {
    const rows = Object.hasOwn(this.doses, version) ? this.doses[version] : [];
    const row = rows.find(({ up_to_kg }) => up_to_kg === null || weight <= decimal(up_to_kg));
    if (!row) throw new NotJudged(`the doses of programme version ${String(version).slice(0, 8)} are not given`);
    const times = row.per_kg ? weight : decimal("1"), high = decimal(row.high) * times, cap = decimal(row.cap) * decimal("1");
    return { least: decimal(row.low) * times, most: high < cap ? high : cap };
  }

  plan(version) {
    if (!Object.hasOwn(this.plans, version)) throw new NotJudged(`the plan of programme version ${String(version).slice(0, 8)} is not given`);
    return this.plans[version];
  }

  minutes(version, name) {
    if (!Object.hasOwn(this.limits, version) || !Object.hasOwn(this.limits[version], name))
      throw new NotJudged(`the limits of programme version ${String(version).slice(0, 8)} are not given`);
    return this.limits[version][name];
  }

  /** What must be mastered for a step or an action; empty: nothing. */
  task(version, name) {
    if (!Object.hasOwn(this.tasks, version))
      throw new NotJudged(`the tasks of programme version ${String(version).slice(0, 8)} are not given`);
    return Object.hasOwn(this.tasks[version], name) ? this.tasks[version][name] : "";
  }
}

/**
 * The terms among documents, as far as entries name them by their hashes; and the hashes that none names.
 *
 * An approval names those of a programme's version, the basis of every entry those of the house.
 */
function termsIn(entries, documents) {
  const given = new Map(documents.map((each) => [toHex(sha256(canonical(each))), each]));
  const terms = new Terms(), unnamed = new Set(given.keys());
  for (const entry of entries) {
    const facts = entry.outcome === "refused" ? [] : entry.intent.facts;
    for (const { body } of facts.filter(({ type }) => type === APPROVED_FACT)) {
      if (given.has(body.terms)) terms.take(body.version, given.get(body.terms));
      unnamed.delete(body.terms);
    }
    const decided = decidedBy(entry);
    if (given.has(decided) && !terms.isHere(decided)) terms.takeHouse(decided, given.get(decided));
    unnamed.delete(decided);
  }
  return { terms, unnamed };
}
