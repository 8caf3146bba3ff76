// Checks a pack from its bytes alone, step by step as src/coign_verify/pack_check.py does and apart from it.

const PACK_BYTES_MAX = 256 * 1024 * 1024, PROBLEMS_MAX = 1000;
const HEADS_FACT = "ledger.heads.v1", BELONGING = ["patient", "unit", "batch"];
const UNSEEN = "that others were shown the same", STAMPED = "/rfc3161";

/** Whether somebody may have meant a pack by it, however damaged it is now. */
function isPack(data) {
  const text = toBinary(data);
  return text.startsWith("PK\x03\x04") || text.includes(KIND) || text.slice(0, 200).includes(ACCOUNT);
}

/**
 * What is proved, what is not, what is wrong and where; `code` as of the command: 0, 1 or 3.
 *
 * `goesOn`: told now and then what is being looked at, and how far along it is (null, or the entries done and all).
 */
async function verifyPack(data, trust, goesOn = async () => {}) {
  const check = new Check(trust, goesOn);
  try {
    await check.run(data);
  } catch (error) {
    if (error instanceof Wrong) check.say(null, "container", error.message);
    else if (error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)
      check.say(null, "container", `it is not shaped as a pack is: ${error.message}`);
    else throw error;
  }
  return check.settled();
}

class Check {
  found = { ledger: "", entries: 0, checkpoint: null, witnesses: [], proved: [], notProved: [], problems: [], invariants: [] };
  unmatched = [];
  signedByTrusted = false;

  constructor(trust, goesOn) {
    Object.assign(this, { trust, goesOn });
  }

  say(position, kind, detail) {
    this.found.problems.push({ position, kind, detail });
  }

  async run(data) {
    if (data.length > PACK_BYTES_MAX) throw new Wrong(`it has ${data.length} bytes; at most ${PACK_BYTES_MAX} are read`);
    const { files: listed, differs } = readArchive(data);
    if (differs) this.say(null, "container", differs);
    if (String(listed.map(([name]) => name)) !== String(FILES)) throw new Wrong(`it does not hold the files ${FILES.join(", ")}, in this order`);
    const files = Object.fromEntries(listed);
    await this.sign(files);
    this.contents = readJson(files[CONTENTS]);
    if (!same(canonical(this.contents), files[CONTENTS])) this.say(null, "container", `${CONTENTS} is not in its one spelling`);
    await this.goesOn("entries", null);
    this.read(files[ENTRIES]);
    await this.goesOn("their places in the record", null);
    this.tree();
    this.inside();
    await this.origin();
    this.complete();
    await this.keys();
    await this.invariants();
    this.openings(files[OPENINGS]);
    await this.goesOn("the readable account", null);
    this.account(files[ACCOUNT]);
    this.tell();
  }

  /** All entries in their order, while somebody is told how far along that is. */
  async *each(what) {
    let done = 0;
    for (const entry of this.entries) {
      if (done++ % 100 === 0) await this.goesOn(what, [done, this.entries.size]);
      yield entry;
    }
  }

  // Who signed for what

  async sign(files) {
    const note = noteFrom(files[MANIFEST]), manifest = manifestFrom(note.text);
    this.key = keyFromText(manifest.key);
    this.chain = manifest.chain;
    const canCheck = (await hasMlDsa44()) ? () => true : ({ kind }) => kind !== ML_DSA_44_COSIGNATURE;
    const witnesses = this.trust.witnesses.filter((each) => canCheck(each) && !same(each.publicBytes, this.key.publicBytes));
    this.unusable = this.trust.witnesses.filter((each) => !canCheck(each));
    const signed = noteFrom(files[CHECKPOINT]);
    this.checkpoint = checkpointFromText(signed.text);
    this.stamps = signed.signatures.filter(({ name }) => name.endsWith(STAMPED)).map(({ name }) => name.slice(0, -STAMPED.length));
    this.seen = new Map();
    try {
      await verifiedBy(note, [this.key]);
      this.seen = await cosignedBy(files[CHECKPOINT], this.key, witnesses);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      this.say(null, "signature", error.message);
    }
    this.found.witnesses = [...this.seen].map(([{ name }, time]) => ({ name, at: momentOf(time), valid: true }));
    this.found.ledger = this.checkpoint.origin;
    this.found.checkpoint = { size: this.checkpoint.size, root: toHex(this.checkpoint.root) };
    const lines = manifestLines(files);
    for (const name of FILES)
      if (name !== MANIFEST && !manifest.files.includes(lines[name])) this.say(null, "container", `${name} is not the file that the manifest names`);
  }

  // The entries and their places

  read(data) {
    this.leaves = new Map(this.contents.leaves.map(([at, leaf]) => [whole(at), fromHex(leaf)]));
    this.withheld = new Set(this.contents.withheld.map(whole));
    const positions = [...this.leaves.keys()];
    if (positions.some((at, n) => n && at <= positions[n - 1]) || [...this.withheld].some((at) => !this.leaves.has(at)))
      throw new Wrong("the positions in its contents are not in order");
    this.bodies = new Map();
    this.entries = new Map();
    const places = new Map(positions.map((at) => [toHex(this.leaves.get(at)), at])), told = new Set();
    const lines = linesOf(data);
    if (lines.pop().length) this.say(null, "container", "the last entry does not end with a line feed");
    lines.forEach((line, number) => {
      const at = places.get(toHex(leafHash(line)));
      if (at === undefined) told.add(this.strange(number, line));
      else if (this.bodies.has(at)) this.say(at, "added", "it stands here twice");
      else if (this.withheld.has(at)) this.say(at, "added", "it is here, and the contents say that it is withheld");
      else this.bodies.set(at, line);
    });
    let highest = -1;
    for (const at of this.bodies.keys()) {
      if (at < highest) this.say(at, "reordered", `it stands behind entry ${highest}`);
      highest = Math.max(highest, at);
    }
    for (const at of positions)
      if (!this.withheld.has(at) && !this.bodies.has(at) && !told.has(at)) this.say(at, "missing", "it is listed, and is not there");
    this.bodies = new Map([...this.bodies].sort(([one], [other]) => one - other));
    for (const [at, line] of this.bodies) {
      const plain = entryFrom(line);
      if (plain === null) this.say(at, "changed", "its bytes are not those of an entry");
      else {
        this.entries.set(at, plain);
        if (plain.position !== at) this.say(at, "reordered", `it is the entry of position ${String(plain.position).slice(0, 30)}`);
      }
    }
    this.found.entries = this.entries.size;
  }

  /** A line that is no entry as listed; the position it stands for, if any. */
  strange(number, line) {
    const listed = [...this.leaves.keys()].filter((at) => !this.withheld.has(at)), here = listed[number] ?? null;
    const plain = entryFrom(line);
    if (plain === null || !("ledger" in plain)) {
      this.say(here, "changed", `line ${number + 1} does not hold the bytes of an entry`);
      return here;
    }
    if (!listed.includes(plain.position)) {
      this.say(here, "added", `line ${number + 1} holds an entry that is not listed, of position ${String(plain.position).slice(0, 30)}`);
      return null;
    }
    if (plain.ledger !== this.checkpoint.origin) this.say(plain.position, "replaced", `it is of another record, ${String(plain.ledger).slice(0, 100)}`);
    else this.say(plain.position, "changed", "its bytes do not give its leaf hash");
    return plain.position;
  }

  tree() {
    const { size, root } = this.checkpoint;
    const nodes = new Map(this.contents.nodes.map(([start, end, node]) => [`${whole(start)},${whole(end)}`, fromHex(node)]));
    const ways = new Map([...this.leaves.keys()].filter((at) => at >= 0 && at < size).map((at) => [at, beside(at, size)]));
    const needed = new Set([...ways.values()].flat().map(String));
    if (nodes.size !== needed.size || ![...nodes.keys()].every((each) => needed.has(each)) || ways.size !== this.leaves.size)
      this.say(null, "container", "the hashes of the tree in it are not those that its entries need");
    const wrong = [...this.leaves].filter(([at, leaf]) => leaf.length !== 32 || !ways.has(at) || !leadsToRoot(at, leaf, ways.get(at), nodes, root));
    if (wrong.length && wrong.length === this.leaves.size)
      this.say(null, "replaced", "none of its entries are of the record whose root the checkpoint names");
    else for (const [at] of wrong) this.say(at, "replaced", "its hash does not lead to the root that was signed");
  }

  inside() {
    let last = "";
    for (const [at, entry] of this.entries) {
      if (entry.ledger !== this.checkpoint.origin || entry.intent.ledger !== this.checkpoint.origin)
        this.say(at, "invariant", "it names another ledger than the checkpoint");
      shaped(typeof entry.time === "string", "an entry has no time");
      if (entry.time < last) this.say(at, "invariant", "its time lies before that of an entry before it");
      last = entry.time;
    }
    for (const [at, digest] of this.contents.documents)
      if (!toBinary(this.bodies.get(at) ?? []).includes(`"${digest}"`))
        this.say(at, "container", `it names no document ${String(digest).slice(0, 16)}…, as the contents say`);
  }

  /** Whether the key that signed is trusted, or took the place of one that is by changes that are here. */
  async origin() {
    this.keyChanges = await keyChangesIn([...this.entries.values()]);
    const followed = keyHistory(this.entries, this.keyChanges, (at, why) => this.say(at, "signature", why));
    if (followed.length && followed[followed.length - 1].text !== this.key.text)
      this.say(null, "signature", `it is signed by ${this.key.text}, which is not its log's key any more`);
    const own = new Set([this.key.text, ...followed.map((key) => key.text)]);
    this.keysBefore = own.size - 1;
    if (!this.trust.logs.some((each) => own.has(each.text))) {
      const named = this.trust.logs.some((each) => each.name === this.key.name);
      const other = named ? "the key of this name that is trusted is another one" : "no key of this name is trusted";
      this.unmatched.push(`who made it: it is signed by ${this.key.text}, and ${other}`);
    }
    if (!isEnough(this.trust.quorum, new Set([...this.seen.keys()].map((key) => key.text))))
      this.unmatched.push(`${UNSEEN}: ${this.seen.size} trusted witnesses are not the quorum`);
    this.signedByTrusted = !this.unmatched.length;
  }

  // That nothing is left out

  complete() {
    this.counted = new Map();
    for (const [at, entry] of this.entries)
      for (const each of entry.about) {
        const [subject, seq, prev] = need(each, "subject", "seq", "prev");
        this.countsOf(subject).set(seq, { at, prev });
      }
    for (const [subject, counted] of this.counted)
      for (const [seq, { at, prev }] of counted) {
        const before = counted.get(seq - 1);
        if ((prev === null) !== (seq === 1) || (before && before.at !== prev))
          this.say(at, "invariant", `it does not follow the entry before it about ${subject}`);
      }
    this.own = this.contents.subjects.map((each) => each.subject);
    if (!this.own.includes(this.chain) && !this.contents.redacted)
      this.say(null, "missing", `${this.chain} itself is not among the subjects of its contents`);
    this.belonging();
    const map = this.map();
    this.covered = this.newer = 0;
    if (map) for (const each of this.contents.subjects) this.subject(each, fromHex(map.root));
  }

  countsOf(subject) {
    if (!this.counted.has(subject)) this.counted.set(subject, new Map());
    return this.counted.get(subject);
  }

  /** What facts say to be of this therapy must be among its subjects, or nobody would ask for its entries. */
  belonging() {
    for (const [at, entry] of this.entries) {
      if (entry.outcome === "refused") continue;
      for (const { body } of entry.intent.facts) {
        if (body.chain !== this.chain || this.contents.redacted) continue;
        const more = BELONGING.map((name) => body[name] ?? "").filter((each) => each !== "" && !this.own.includes(each));
        if (more.length) this.say(at, "missing", `what it names as part of the therapy is not listed: ${more.join(", ")}`);
      }
    }
  }

  map() {
    const at = this.contents.heads;
    if (at === null || this.withheld.has(at)) return null;
    const fact = (this.entries.get(at)?.intent.facts ?? []).find((each) => each.type === HEADS_FACT);
    if (!fact) this.say(at, "missing", "the entry that commits to the heads of all subjects is not there");
    else this.reach = fact.body.size;
    return fact?.body ?? null;
  }

  subject({ subject, seq, position, proof }, root) {
    const hashes = proof.map(fromHex);
    if (seq === 0) return void this.newer++;
    if (!isInMap(subject, seq, position, hashes, root))
      return this.say(null, "invariant", `the map of heads does not say that ${subject} had ${seq} entries`);
    this.covered++;
    const counted = this.countsOf(subject);
    for (let number = 1; number <= seq; number++) {
      if (counted.has(number)) continue;
      const after = counted.get(number + 1);
      const where = number === seq ? position : after ? after.prev : null;
      if (where === null ? !this.withheld.size : !this.withheld.has(where))
        this.say(where, "missing", `it is entry ${number} of ${seq} about ${subject}`);
    }
  }

  // Signatures, and what decisions rested on

  async keys() {
    this.walk = new SignatureWalk();
    this.gapless = this.signed = this.rests = this.shown = 0;
    const own = new Set(this.own), names = [...this.counted.keys()];
    for await (const [at, entry] of this.each("signatures")) {
      const wrong = await this.walk.check(entry, this.bodies.get(at));
      if (wrong) this.say(at, "signature", wrong);
      const known = this.readBy(entry, names);
      if (entry.signature !== null) {
        const { person } = entry.intent.actor, past = entry.read.find((each) => each.subject === person)?.seq ?? 0;
        this.signed++;
        if (past > 0 && Array.from({ length: past }, (_, n) => n + 1).every((n) => this.countsOf(person).has(n))) this.gapless++;
      }
      if (entry.about.some((each) => own.has(each.subject)) || entry.refs.some((each) => own.has(each))) {
        this.rests += known.length;
        this.shown += known.filter(Boolean).length;
      }
    }
  }

  /** For each state that the entry's decision read: whether the entry that made it is here. */
  readBy(entry, names) {
    const label = joined(toBytes("coign/read/v1\0"), fromHex(entry.salt));
    const isHere = (name, seq) => this.counted.get(name)?.has(seq) ?? false;
    return entry.read.filter((each) => each.seq !== 0).map((each) =>
      "subject" in each ? isHere(each.subject, each.seq)
        : names.some((name) => isHere(name, each.seq) && toHex(sha256(joined(label, toBytes(name)))) === each.commitment));
  }

  // What holds in every true record

  async invariants() {
    const { terms, unnamed } = termsIn([...this.entries.values()], this.contents.terms ?? []);
    for (const digest of unnamed) this.say(null, "container", `the terms with the hash ${digest.slice(0, 16)}… are named by no entry in it`);
    const walk = new Replay({ partial: true, keyChanges: this.keyChanges, terms }), broken = [];
    for await (const [, entry] of this.each("invariants")) broken.push(...walk.feed(entry));
    for (const { position, invariant: name, sentence } of broken) this.say(position, "invariant", `${name}: ${sentence}`);
    this.replayed = walk;
    this.found.invariants = walk.summary(broken);
  }

  /** What is opened must fit commitments that stand in entries. */
  openings(data) {
    const { opened, isOne } = openingsFrom(data);
    if (!isOne) this.say(null, "container", `${OPENINGS} is not in its one spelling, each opening once`);
    this.closed = new Set([...this.entries.values()].flatMap(({ intent }) => [...committedIn(intent)]));
    for (const fits of opened.keys())
      if (!this.closed.delete(fits)) this.say(null, "changed", `what is opened fits no commitment in its entries: ${fits.slice(0, 16)}…`);
    this.opened = opened;
  }

  account(page) {
    const made = account({
      origin: this.checkpoint.origin, chain: this.chain, size: this.checkpoint.size, redacted: this.contents.redacted,
      withheld: this.withheld.size, subjects: this.own, entries: [...this.entries.values()], opened: this.opened,
      style: ACCOUNT_STYLE,
    });
    if (!same(page, made)) this.say(null, "container", `${ACCOUNT} says something else than the entries`);
    else this.found.account = toText(page);
  }

  // The answer

  tell() {
    const { size, origin } = this.checkpoint, reach = this.covered ? this.reach : 0, found = this.found;
    const seen = new Set(found.witnesses.map((each) => each.name)).size;
    found.proved = [
      `${found.entries} entries stand unchanged at their places in ${origin}, a record of ${size} entries`,
      ...(this.covered ? [`about ${this.covered} things of the therapy every entry below ${reach} is here or counted`] : []),
      ...(this.keysBefore ? [`its key took the place of the one before by a change that both, or the root, signed, ${this.keysBefore} times`] : []),
      ...(seen ? [`${seen} trusted witnesses were shown this record, and cosigned it`] : []),
      ...this.walk.proved(),
      ...(this.signed ? [`for ${this.gapless} of ${this.signed} signatures no key of the signer was changed unseen before`] : []),
      ...this.replayed.proved(),
      `${this.shown} of ${this.rests} states that decisions rested on are those of entries in it`,
      ...(this.opened.size ? [`${this.opened.size} values of the vault are opened: words and salt of each fit a commitment in an entry`] : []),
      `the readable page ${ACCOUNT} follows from these entries: it was made anew; and ${this.contents.documents.length} documents are named by their hashes`,
    ];
    const to = this.contents.redacted ? ` from the role ${this.contents.redacted}` : "";
    found.notProved = [
      ...this.unmatched,
      "that what was recorded is true: only that it was recorded so, and in this order",
      reach ? `that nothing more was recorded about the therapy from entry ${reach} on`
        : "that nothing about the therapy is left out: no heads were entered yet that could show it",
      `that ${PAPER} says what ${ACCOUNT} says: it is the file that was signed, not made anew here`,
      ...(this.newer ? [`how much was recorded about ${this.newer} things that began after entry ${reach - 1}`] : []),
      ...(found.witnesses.length ? [] : ["that everybody was shown the same record: no witness that is trusted here has cosigned it"]),
      ...this.unusable.map((key) => `what ${key.name} saw: this browser cannot check signatures of its kind, ML-DSA-44`),
      ...(this.withheld.size ? [`what ${this.withheld.size} withheld entries say${to}: their hashes stand in the record`] : []),
      ...(this.closed.size ? [`what ${this.closed.size} values of the vault say that are not opened here`] : []),
      ...this.stamps.map((name) => `when it existed: a time stamp of ${name} is attached, and was not judged here`),
      ...this.replayed.notProved(),
      ...this.walk.notProved(),
    ];
  }

  settled() {
    const found = this.found, place = ({ position }) => position ?? Infinity;
    if (found.problems.length) found.proved = [];
    found.problems.sort((one, other) => (place(one) === place(other) ? 0 : place(one) - place(other)));
    found.problems.splice(PROBLEMS_MAX);
    const more = found.problems.length > 1 ? `; ${found.problems.length - 1} further problems` : "";
    const [first] = found.problems, where = first && first.position !== null ? `entry ${first.position} ${first.kind}: ` : "";
    if (first) return { ...found, code: 1, verdict: `Does not verify: ${where}${first.detail}${more}.` };
    const lacking = found.notProved[0]?.startsWith(UNSEEN) ? "not seen by enough witnesses" : "of unknown origin";
    if (!this.signedByTrusted) return { ...found, code: 3, verdict: `Intact, but ${lacking}: ${found.notProved[0]}.` };
    const many = found.entries === 1 ? "1 entry" : `${found.entries} entries`;
    return { ...found, code: 0, verdict: `Verifies: ${many} of ${found.ledger}, unchanged, under its log's signature.` };
  }
}
