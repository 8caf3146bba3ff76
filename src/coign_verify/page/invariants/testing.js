// Invariants of tests and of the decision that rests on them: by others, on results that stand and are explained.

const RECORDED = "quality.result_recorded.v1", REPEATED = "quality.retest_recorded.v1", RECORD_REVIEWED = "quality.record_reviewed.v1";

invariant("GMP-20, GMP-24, TRC-22, TRC-14", [RECORDED, REPEATED],
  "What is tested is a sample of the batch itself, drawn for this test, whose label was scanned back.",
  function a_result_is_of_a_sample_of_its_batch(known, fact) {
    const { sample, batch, attribute } = fact.body, state = known.of(UNIT, sample);
    if (state.kind !== "sample" || state.batch !== batch) return [`${sample} is no sample of ${batch}`];
    return [
      ...unless(known.of(SAMPLE, sample).tests.includes(attribute), `${sample} was drawn for other tests`),
      ...unless(state.labelSeen && !state.stops.length && !state.ended, `${sample} might not be used`),
    ];
  });

invariant("CSV-28, GMP-20", [RECORDED, REPEATED],
  "A result is given in the unit of its test, and as a number where it is compared with limits.",
  function a_result_is_read_as_its_specification_is(known, fact) {
    const { batch, attribute } = fact.body, test = named(known.terms.plan(known.of(MAKING, batch).version).tests, attribute);
    if (!test) return [`${attribute} is no test of ${batch}`];
    const { unit, value } = fact.body, isNumber = !test.number || /^-?\d+(?:\.\d*)?$/.test(value);
    return [...unless(unit === test.unit, `${attribute} was given in ${unit}`), ...unless(isNumber, `${attribute} was given as ${value}`)];
  });

invariant("GMP-21, GMP-S3", [RECORDED],
  "A test is made again only when its result was set aside, and no more often than was fixed beforehand.",
  function the_first_result_stands(known, fact) {
    const { batch, attribute } = fact.body, results = known.of(RESULTS, batch);
    if (resultOf(results, attribute)) return [`${attribute} of ${batch} had a result that stands`];
    const again = results.aside.filter((each) => each === attribute).length;
    return unless(atMost(again, known.terms.ofTheHouse("quality.retests_max", fact.entry)), `${attribute} of ${batch} had been set aside ${again} times`);
  });

/** What an investigation goes through, with what is asked of each of its steps. */
const INVESTIGATION = {
  "quality.laboratory_assessed.v1": (known, fact, { found }) => unless(!found, `the laboratory had found ${found}`),
  "quality.retests_planned.v1": (known, fact, { planned }) => {
    const { times } = fact.body, most = known.terms.ofTheHouse("quality.retests_planned_max", fact.entry);
    return [...unless(!planned, `${planned} repeats were planned before`), ...unless(times >= 1 && atMost(times, most), `${times} repeats were planned`)];
  },
  [REPEATED]: (known, { person }, { repeated, planned, by }) =>
    [...unless(repeated < planned, "no planned repeat was left"), ...unless(person !== by, `${person} had made the first test`)],
  "quality.investigation_concluded.v1": (known, fact, { planned, repeated }) => {
    const left = fact.body.no_sample_left ? 0 : planned - repeated;
    return unless(left <= 0, `${left} planned repeats were not made`);
  },
  "quality.result_invalidated.v1": (known, { person }, { verdict, found, foundBy, by }) => [
    ...unless(verdict !== "fail" || found === "laboratory_error", "no error of the laboratory was found"),
    ...unless(person !== foundBy, `${person} looked for the error`),
    ...unless(person !== by, `${person} had tested it`),
  ],
};

invariant("GMP-21, GMP-S3, CSV-31", Object.keys(INVESTIGATION),
  "The laboratory looks once; repeats are planned once, within a ceiling, and all made by another; then it ends.",
  function an_investigation_goes_one_way(known, fact) {
    const { batch, attribute } = fact.body, result = resultOf(known.of(RESULTS, batch), attribute);
    return result ? INVESTIGATION[fact.type](known, fact, result) : [`${attribute} of ${batch} has no result`];
  });

invariant("GMP-21, GMP-15", ["quality.result_invalidated.v1"],
  "A result on which a batch was released, supplied or rejected is not set aside afterwards.",
  function nothing_is_taken_away_under_a_decision(known, fact) {
    const { batch, attribute } = fact.body, { decided, pending } = known.of(RESULTS, batch);
    return unless(!decided || pending.includes(attribute), `a decision about ${batch} rests on ${attribute}`);
  });

invariant("GMP-21, GMP-19, GMP-39, GMP-40", [RECORD_REVIEWED, CERTIFIED, UNDER_EXCEPTION],
  "A batch with a failing result is read, released or supplied when that result was carried to its decision.",
  function nothing_is_decided_on_what_is_unexplained(known, fact) {
    const { standing, tooFew } = known.of(RESULTS, fact.body.batch);
    const said = standing.filter(isUnexplained).map(({ attribute }) => `${attribute} fails and is not explained`);
    const fails = tooFew || standing.some(({ verdict }) => verdict === "fail");
    return [...said, ...unless(fact.type !== UNDER_EXCEPTION || fails, "nothing of it fails")];
  });

invariant("GMP-15, GMP-38, GMP-40", [CERTIFIED, UNDER_EXCEPTION],
  "Every test of the plan has a result, but for those that may be pending and are named by whoever releases.",
  function what_is_decided_was_tested_for_everything(known, fact) {
    const { batch } = fact.body, { tests } = known.terms.plan(known.of(MAKING, batch).version), results = known.of(RESULTS, batch);
    const missing = tests.filter(({ id }) => !resultOf(results, id)), pending = fact.type === CERTIFIED ? listIn(fact.maybe("pending") || []) : [];
    const untold = missing.filter(({ id, may_be_pending }) => !may_be_pending || !pending.includes(id)).map(({ id }) => id).sort();
    const tested = [...new Set(pending)].filter((name) => !named(missing, name)).sort();
    return [...untold.map((name) => `${name} has no result`), ...tested.map((name) => `${name} is named as pending and has a result`)];
  });

invariant("GMP-37, GMP-02, REG-02", [CERTIFIED, UNDER_EXCEPTION],
  "Whoever releases a product, or supplies it under exception, is named for it where it goes.",
  function who_answers_is_named_on_an_authorisation(known, fact) {
    const therapy = known.of(CHAIN, fact.body.chain), releasers = coveringOf(known, therapy).flatMap((each) => each.releasers);
    return unless(!releasers.length || releasers.includes(fact.person), `${fact.person} is not named to release for ${therapy.centre}`);
  });

invariant("CSV-31, GMP-19, GMP-37", [CERTIFIED, UNDER_EXCEPTION, "quality.audit_trail_reviewed.v1"],
  "Before a decision somebody else read the audit trail, or put that off; what stood out in it was answered.",
  function an_audit_trail_is_read_by_another_or_owed(known, fact) {
    const { answered, readBy, putOffBy } = known.of(AUDIT_TRAIL, fact.body.batch);
    if (fact.type === "quality.audit_trail_reviewed.v1") {
      const waiting = [...new Set(listIn(fact.maybe("exceptional") || []))].filter((entry) => !answered.has(entry));
      return waiting.map((entry) => `entry ${entry} stood out and was not answered`);
    }
    if (!readBy && !putOffBy) return [`nobody had read the audit trail of ${fact.body.batch}`];
    return unless(![readBy, putOffBy].includes(fact.person), `${fact.person} read the audit trail, or put that off, and decided`);
  });

invariant("CSV-31, GMP-02", ["quality.audit_trail_line_answered.v1"],
  "What an entry means that stands out in the audit trail is said by somebody else than made it.",
  function nobody_explains_their_own_entry(known, fact) {
    const { batch, entry } = fact.body, by = known.of(AUDIT_TRAIL, batch).judgedBy.get(entry);
    return unless(by !== fact.person, `${fact.person} explained entry ${entry}, their own`);
  });

/** What the quality unit says about a batch; of an assessment for the physician the therapy is named. */
const JUDGEMENTS = [
  "quality.deviation_closed.v1", "quality.retests_planned.v1", "quality.audit_trail_line_answered.v1",
  "quality.audit_trail_reviewed.v1", "quality.audit_trail_review_deferred.v1", "quality.quarantine_shipment_allowed.v1",
  "quality.exception_risk_assessed.v1", "facility.growth_assessed.v1", "quality.investigation_concluded.v1",
];

invariant("GMP-02, CSV-31, GMP-19, GMP-40", JUDGEMENTS,
  "Whoever made or tested something of a batch judges nothing about it.",
  function nobody_judges_a_batch_they_had_a_hand_in(known, fact) {
    const batch = fact.maybe("batch") || (fact.maybe("chain") ? known.of(CHAIN, fact.body.chain).batch : "");
    return batch ? unless(!known.of(BATCH, batch).hands.has(fact.person), `${fact.person} had a hand in ${batch} (${fact.type})`) : null;
  });

invariant("TRC-S4, TRC-27, GMP-40", [UNDER_EXCEPTION],
  "What is supplied under exception is there, and nothing else about it is in doubt.",
  function an_exception_is_for_the_failing_test_alone(known, fact) {
    const units = listIn(fact.body.units).map((unit) => ({ unit, ...known.of(UNIT, unit) }));
    return units.filter(({ stops, ended }) => stops.length || ended).map(({ unit }) => `${unit} stood still or had ended`);
  });

invariant("GMP-37, GMP-14", ["quality.quarantine_shipment_allowed.v1"],
  "Product travels before its release only into jurisdictions for which its programme has foreseen it.",
  function nothing_travels_unreleased_where_nobody_foresaw_it(known, fact) {
    const { batch } = fact.body, covering = coveringOf(known, known.of(CHAIN, known.of(BATCH, batch).chain));
    const foreseen = known.terms.plan(known.of(MAKING, batch).version).travels_before;
    const places = new Set(covering.map(({ jurisdiction }) => jurisdiction).filter((each) => each && !foreseen.includes(each)));
    return [...places].sort().map((place) => `${batch} goes to ${place} unreleased`);
  });
