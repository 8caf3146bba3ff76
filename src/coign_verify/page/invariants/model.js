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
