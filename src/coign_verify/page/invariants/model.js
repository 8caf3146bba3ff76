// What invariants are made of: facts as they are heard, what is remembered of their subjects, rules that judge by it.

/** What a rule would have to know was not told: entries about a subject are missing, or a limit is not given. */
class NotJudged extends Error {}

/** An object that refuses to be asked for what it does not hold. */
const strict = (object) => new Proxy(object, {
  get(held, name) {
    if (!(name in held)) throw new Wrong(`${String(name)} is missing`);
    return held[name];
  },
});

/** One fact of one entry. Facts that are not asked of strictly would be judged by what they do not say. */
class Heard {
  constructor(type, body, entry) {
    Object.assign(this, { type, entry, held: body });
  }

  get body() {
    return strict(this.held);
  }

  /** When it was entered. All times are text of one width, so that text order is time order. */
  get time() {
    return String(this.entry.time);
  }

  get actor() {
    return strict(this.entry.intent.actor);
  }

  get person() {
    return String(this.actor.person);
  }

  /** A value that need not be there. */
  maybe(name) {
    return this.held[name] ?? null;
  }

  /** The subjects in these fields, each of which holds one, several or none. */
  subjects(...names) {
    return names.flatMap((name) => {
      const value = this.maybe(name);
      if (typeof value === "string") return [value];
      if (value && !Array.isArray(value)) throw new Wrong(`${name} holds no subjects`);
      return value || [];
    });
  }

  /** The facts of another type in the same entry. */
  beside(type) {
    return this.entry.intent.facts.filter((each) => each.type === type).map((each) => strict(each.body));
  }

  /** The types of all facts in the entry. */
  get types() {
    return new Set(this.entry.intent.facts.map((each) => each.type));
  }
}

/**
 * Remembers what facts say of their subjects: one small state a subject, `start` before anything was said.
 *
 * `groups`: the fields that name the subjects, then for each type of fact what it changes in the state: either that,
 * or a function of the state and the fact that gives it.
 */
function tracker(name, start, ...groups) {
  const folds = new Map();
  for (const [fields, told] of groups)
    for (const [type, change] of Object.entries(told))
      folds.set(type, { fields: fields.split(" "), change: typeof change === "function" ? change : () => change });
  return { name, start, folds };
}

/** What therapies and houses are held to and no public fact says, by the hash of a programme's version. */
class Terms {
  /**
   * `limits`: minutes by the name of the limit. `tasks`: what somebody must be qualified for, by step or action. `plans`:
   * what a batch consists of. `house`: minutes and counts that hold whatever the programme is, by their name, each with
   * the days from which it held, the oldest first. `asked`: what a physician looks at before an infusion, each with its
   * unit. `doses`: the least and the most of a dose by weight, in million cells, or million cells for each kilogram.
   */
  constructor({ limits = {}, tasks = {}, plans = {}, house = {}, asked = {}, doses = {}, jurisdictions = {} } = {}) {
    Object.assign(this, { limits, tasks, plans, house, asked, doses, jurisdictions });
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

  /** Whose law holds in a country. */
  jurisdiction(country) {
    if (!Object.hasOwn(this.jurisdictions, country)) throw new NotJudged(`the jurisdiction of ${country || "no country"} is not given`);
    return this.jurisdictions[country];
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

  ofTheHouse(name, now) {
    const held = (Object.hasOwn(this.house, name) ? this.house[name] : []).filter(([since]) => since <= now.slice(0, 10));
    if (!held.length) throw new NotJudged(`${name} is not given`);
    return held[held.length - 1][1];
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
 * How far the past of every subject reaches, by the counts and positions that the entries themselves give.
 *
 * `partial`: entries may be missing, as in a pack. Of a subject that is not whole nothing can be judged.
 */
class Heads {
  last = new Map();
  partly = new Set();
  lastTime = "";

  constructor(partial) {
    this.partial = partial;
  }

  /** How many entries about a subject there were, and where the last one stands. */
  of(subject) {
    return this.last.get(subject) ?? { seq: 0, position: null };
  }

  /** Whether every entry about it was here; of a subject of which none is here some may be elsewhere. */
  isWhole(subject) {
    return this.last.has(subject) && !this.partly.has(subject);
  }

  lacking(subject) {
    return this.last.has(subject) ? `not all entries about ${subject} are here` : `what was recorded about ${subject} before is not here`;
  }

  /** Mark the subjects of which entries before this one are missing: what its rules read tells it as well. */
  lookForGaps({ read, about }) {
    for (const each of read)
      if ("subject" in each && need(each, "seq")[0] !== this.of(each.subject).seq) this.partly.add(each.subject);
    for (const each of about) {
      const [subject, seq] = need(each, "subject", "seq");
      if (seq !== this.of(subject).seq + 1) this.partly.add(subject);
    }
  }

  follow({ about, position, time }) {
    for (const { subject, seq } of about) this.last.set(subject, { seq, position });
    this.lastTime = time;
  }
}

/** All that the entries before this one told. */
class Known {
  states = new Map();

  constructor(terms, heads) {
    Object.assign(this, { terms, heads });
  }

  /** The state of a subject; not to be judged by if not all was told about it. */
  of(kept, subject) {
    if (subject !== null && typeof subject === "object") throw new Wrong("a subject is no text");
    if (this.heads.partial && !this.heads.isWhole(subject)) throw new NotJudged(this.heads.lacking(subject));
    return this.remembered(kept, subject);
  }

  remembered(kept, subject) {
    return this.states.get(`${kept.name} ${subject}`) ?? kept.start;
  }

  remember(kept, subject, state) {
    this.states.set(`${kept.name} ${subject}`, state);
  }
}

/** All invariants, in the order in which the files that say them stand. */
const INVARIANTS = [];

/**
 * Something that holds in every true record, whatever the gates say. The name of `judge` is its name.
 *
 * `hears`: the facts at which it is judged, before the entry that holds them is remembered. `judge` answers null where
 * its premise does not hold, else a list with one sentence for each breach.
 */
function invariant(requirement, hears, sentence, judge) {
  INVARIANTS.push({ name: judge.name, requirement: requirement.split(", "), hears, sentence, judge });
}

/** What an invariant answers that can be broken in one way. */
const unless = (holds, sentence) => (holds ? [] : [sentence]);

// Values

/** Microseconds since 1970 of an instant as the record writes it. */
function instant(text) {
  const [, seconds, part = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text) ?? [];
  const moment = new Date(`${seconds}Z`);
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 19) !== seconds) throw new Wrong("no instant");
  return moment.getTime() * 1000 + Number(part.padEnd(6, "0"));
}

/** An instant as the record writes it. */
function instantText(microseconds) {
  const part = microseconds % 1e6;
  return `${new Date((microseconds - part) / 1000).toISOString().slice(0, 19)}.${String(part).padStart(6, "0")}Z`;
}

const minutesBetween = (earlier, later) => (instant(later) - instant(earlier)) / 1e6 / 60;

/** Whether one instant lies before another; both are text. */
function isBefore(one, other) {
  if (typeof one !== "string" || typeof other !== "string") throw new Wrong("no instant");
  return one < other;
}

const atMost = (passed, limit) => {
  if (typeof limit !== "number") throw new Wrong("a limit is no number");
  return passed <= limit;
};

/** An exact number as the record writes it, in units of 10^-12. */
function decimal(text) {
  const [, sign, whole, part = ""] = /^(-?)([0-9]+)(?:\.([0-9]{1,12}))?$/.exec(text) ?? [];
  if (whole === undefined) throw new Wrong("no number");
  return BigInt(`${sign}${whole}${part.padEnd(12, "0")}`);
}

/** A list as a record holds one; what else stands there is not read as one. */
function listIn(value) {
  if (!Array.isArray(value)) throw new Wrong("no list");
  return value;
}

const including = (set, ...more) => new Set([...set, ...more]);
const excluding = (set, ...less) => new Set([...set].filter((each) => !less.includes(each)));
