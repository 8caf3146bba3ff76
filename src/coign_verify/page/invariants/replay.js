// Walking a record entry by entry: what every invariant says, and what is remembered for the next one.

const TRACKERS = [
  UNIT, CUSTODY, BAG, WARMTH, PLACE, BOX, SHIPMENT, DONATION, CHAIN, PATIENT, PRODUCT, AUTHORISATION, PROGRAMME, CORRECTIONS,
  FILL, RECEIVES, RECIPIENT, PLAN, NUMBER, THERAPIES, COLLECTED, DIFFERING, WAY, VESSEL, SITE, CASE, HELD, REFERENCE, INCIDENT,
  BATCH, ROOM, LOT, SERIAL, DEVICE, SHIPPER, PERSON, PART, LEDGER, LOG_KEY, HAPPENED, MAKING, SAMPLE, SLOT, LINE, CLEANING, RESULTS,
  AUDIT_TRAIL, ORGANISATION, SUPPLIER, VERSION, APPLICATION, REPORTED, SUSPICION, ATTEMPT, LEARNER, EXTENSIONS, BLOOD, DISPUTED, MEANT,
  SOURCE, TANK,
];

/** By type of fact: the invariants that judge it, and the trackers that remember it. */
const JUDGES = new Map(), KEEPERS = new Map();
for (const each of INVARIANTS) for (const type of each.hears) JUDGES.set(type, [...(JUDGES.get(type) ?? []), each]);
for (const each of TRACKERS) for (const type of each.folds.keys()) KEEPERS.set(type, [...(KEEPERS.get(type) ?? []), each]);

/** Whether an error says that a fact lacks a value, or holds another one than was agreed; it is then not judged. */
const isUnreadable = (error) => error instanceof NotJudged || error instanceof Wrong || error instanceof TypeError || error instanceof RangeError;

/**
 * A record as far as it was fed: one walk, all invariants. Memory grows with the subjects, not with the entries.
 *
 * `partial`: entries may be missing; what would need them is counted as not judged. `keyChanges`: of `keyChangesIn`, which
 * asks the browser before the walk. `held` counts how often an invariant met what it speaks of, `notJudged` how often it could not judge: by name, a tracker's where it could not read a fact.
 */
class Replay {
  entries = 0;
  decidedElsewhere = 0;
  held = new Map();
  notJudged = new Map();
  why = new Map();

  constructor({ terms = new Terms(), partial = false, keyChanges = new Map() } = {}) {
    this.keyChanges = keyChanges;
    this.heads = new Heads(partial);
    this.known = new Known(terms, this.heads);
  }

  /** What this entry breaks, one sentence each. */
  feed(entry) {
    if (this.heads.partial) this.heads.lookForGaps(entry);
    const heard = this.heardIn(entry), broken = heard.flatMap((fact) => this.judge(fact));
    for (const fact of heard) this.remember(fact);
    this.heads.follow(entry);
    this.entries++;
    if (!this.known.terms.isHere(decidedBy(entry))) this.decidedElsewhere++;
    return broken;
  }

  /** The outcome itself is heard as well; what a refused entry says did not happen. */
  heardIn(entry) {
    const facts = entry.outcome === "refused" ? [] : entry.intent.facts.map((fact) => new Heard(...need(fact, "type", "body"), entry));
    return [new Heard(...need(entry, "outcome"), entry, entry), ...facts].map((fact) => Object.assign(fact, { keyChanges: this.keyChanges }));
  }

  judge(fact) {
    const broken = [];
    for (const { name, judge } of JUDGES.get(fact.type) ?? []) {
      this.attempt(name, () => {
        const said = judge(this.known, fact);
        if (said === null) return;
        this.held.set(name, (this.held.get(name) ?? 0) + 1);
        for (const sentence of said) broken.push({ position: fact.entry.position, invariant: name, sentence });
      });
    }
    return broken;
  }

  remember(fact) {
    for (const kept of KEEPERS.get(fact.type) ?? []) {
      const { fields, change } = kept.folds.get(fact.type);
      this.attempt(kept.name, () => {
        for (const subject of fact.subjects(...fields)) {
          const before = this.known.remembered(kept, subject), changes = change(before, fact);
          if (changes) this.known.remember(kept, subject, { ...before, ...changes });
        }
      });
    }
  }

  attempt(name, act) {
    try {
      act();
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.notJudged.set(name, (this.notJudged.get(name) ?? 0) + 1);
      if (!this.why.has(name)) this.why.set(name, error instanceof NotJudged ? error.message : `a fact cannot be read: ${error.message}`);
    }
  }

  /** Each invariant, as it came through: how often it met what it speaks of, where it is broken, what was not judged. */
  summary(broken) {
    const forgot = TRACKERS.filter(({ name }) => this.notJudged.has(name));
    const all = [...INVARIANTS, ...forgot.map(({ name }) => ({ name, requirement: [], sentence: `What is remembered as ${name}.` }))];
    return all.map(({ name, requirement, sentence }) => ({
      name, requirement, sentence, held: this.held.get(name) ?? 0, notJudged: this.notJudged.get(name) ?? 0, why: this.why.get(name) ?? "",
      broken: [...new Set(broken.filter((each) => each.invariant === name).map(({ position }) => position))],
    }));
  }

  proved() {
    const met = INVARIANTS.filter(({ name }) => this.held.has(name)).length;
    return [`${INVARIANTS.length} invariants were replayed over ${this.entries} entries and none is broken; ${met} of them met what they speak of`];
  }

  notProved() {
    const times = [...this.notJudged.values()].reduce((sum, each) => sum + each, 0);
    return [
      ...(times ? [`${this.notJudged.size} invariants at ${times} places: entries, or limits of a programme or a house, that they would need are not here`] : []),
      ...(this.decidedElsewhere ? [`what the house asked at ${this.decidedElsewhere} of ${this.entries} entries: they were decided by rule sets that are not here, or name none`] : []),
    ];
  }
}

/** Walk entries in their order: what they break, and how far they were judged. */
function replay(entries, options) {
  const walk = new Replay(options);
  return { broken: entries.flatMap((entry) => walk.feed(entry)), walk };
}
