// Invariants between freezer and patient: the right cells, released, cold, in time, seen by two.

const STARTED = "infusion.started.v1", IN_EMERGENCY = "infusion.emergency_started.v1", THAWED = "infusion.thawed.v1";
const GIVEN = [STARTED, IN_EMERGENCY];
/** Acts that cannot be undone on the way into the patient. */
const TOWARDS_THE_PATIENT = ["infusion.issued.v1", THAWED, ...GIVEN];

const isEmergency = (fact) => fact.beside(IN_EMERGENCY).length > 0;

invariant("PAT-28, TRC-10, TRC-12", [...TOWARDS_THE_PATIENT, "infusion.finished.v1"],
  "Nobody receives a unit whose chain of identity is not theirs.",
  function nobody_receives_a_unit_of_another_chain(known, fact) {
    const { unit, chain } = fact.body;
    const theirs = known.of(UNIT, unit).chain, { patient } = known.of(CHAIN, chain);
    if (theirs !== chain) return [`${unit} belongs to ${theirs || "no chain"} and was given for ${chain}`];
    return unless(!("patient" in fact.held) || fact.held.patient === patient, `${unit} was given to ${fact.held.patient}; it was made for ${patient}`);
  });

invariant("TRC-12, PAT-28", ["infusion.bedside_confirmed.v1"],
  "Two persons confirm a bag only at the bed of the patient it was made for.",
  function bag_and_wristband_belong_together(known, fact) {
    const { unit, patient } = fact.body;
    const expected = known.of(CHAIN, known.of(UNIT, unit).chain).patient;
    return unless(patient === expected, `${unit} is for ${expected || "nobody"} and was confirmed for ${patient}`);
  });

invariant("PAT-28, GMP-37, GMP-40, TRC-18", TOWARDS_THE_PATIENT,
  "Nothing is thawed or given for which nobody answers: released, or supplied under a recorded exception.",
  function nothing_unreleased_is_given(known, fact) {
    const { unit } = fact.body, { rejected, answered } = known.of(UNIT, unit);
    if (rejected) return [`${unit} had been rejected`];
    return unless(answered, `nobody had released ${unit} or supplied it under exception`);
  });

invariant("PAT-28, PAT-31, TRC-13", GIVEN,
  "Nothing is infused that two different people have not found at the bed of its patient.",
  function nothing_is_given_unless_two_saw_it_at_the_bed(known, fact) {
    const { unit } = fact.body, { seen } = known.of(BAG, unit);
    if (!seen) return [`no two people had found ${unit} at a bed`];
    const { patient } = known.of(CHAIN, fact.body.chain);
    if (seen.patient !== patient) return [`${unit} was found at the bed of ${seen.patient} and given to ${patient}`];
    return unless(seen.first !== seen.second, `${seen.first} alone confirmed ${unit} at the bed`);
  });

invariant("PAT-30, PAT-31", [STARTED],
  "What two people saw at the bed counts for the programme's window, and no longer.",
  function a_bag_is_given_while_its_bedside_check_counts(known, fact) {
    if (isEmergency(fact)) return null;
    const { unit } = fact.body, { seen } = known.of(BAG, unit);
    if (!seen) return null;
    const window = known.terms.minutes(known.of(CHAIN, fact.body.chain).version, "bedside_check_window");
    const passed = minutesBetween(seen.at, fact.time);
    return unless(atMost(passed, window), `${unit} was checked ${passed.toFixed(1)} min before; ${window} min are allowed`);
  });

invariant("PAT-28, PAT-S5", [STARTED],
  "Nothing is infused after its expiry, but for a recorded emergency decision.",
  function nothing_expired_is_infused(known, fact) {
    if (isEmergency(fact)) return null;
    const { unit } = fact.body, { expires } = known.of(UNIT, unit);
    if (!expires) return [`${unit} has no expiry`];
    return unless(isBefore(fact.time, expires), `${unit} had expired on ${expires}`);
  });

invariant("PAT-30, PAT-S5", [STARTED],
  "A bag is infused within its time after thawing, but for a recorded emergency decision.",
  function nothing_is_infused_after_its_thaw_clock(known, fact) {
    if (isEmergency(fact)) return null;
    const { unit } = fact.body, { thawedAt } = known.of(BAG, unit);
    if (!thawedAt) return [`${unit} was never thawed`];
    const limit = known.terms.minutes(known.of(CHAIN, fact.body.chain).version, "thaw_to_infusion_max");
    const passed = minutesBetween(thawedAt, fact.time);
    return unless(atMost(passed, limit), `${unit} was thawed ${passed.toFixed(1)} min before; ${limit} min are allowed`);
  });

invariant("SCS-09, SCS-11, SCS-13", ["infusion.issued.v1", THAWED, STARTED],
  "Nothing is given whose time out of the cold, or whose journey, nobody has found to be in order.",
  function nothing_warm_beyond_assessment_is_given(known, fact) {
    if (isEmergency(fact)) return null;
    const { unit } = fact.body, warmth = known.of(WARMTH, unit);
    if (warmth.notUsable) return [`${unit} was found not usable after it had warmed`];
    if (warmth.open || warmth.unread) return [`nobody had judged how warm ${unit} was`];
    if (!isTooWarm(warmth, fact.time)) return [];
    return [`${unit} was out of the cold for ${outMinutes(warmth, fact.time).toFixed(0)} min; ${warmth.allowedMinutes.toFixed(0)} allowed`];
  });

invariant("PAT-30, TRC-13, PAT-S5", [IN_EMERGENCY],
  "What does not hold is given only when two people decided so for this bag, and by neither of them.",
  function an_emergency_is_decided_by_two_and_given_by_a_third(known, fact) {
    const { unit } = fact.body, { emergency } = known.of(BAG, unit);
    if (!emergency) return [`no two people had decided to give ${unit} in an emergency`];
    if (emergency[0] === emergency[1]) return [`${emergency[0]} alone decided to give ${unit}`];
    return unless(!emergency.includes(fact.person), `${fact.person} decided about ${unit} and gave it`);
  });

invariant("PAT-30", ["infusion.emergency_requested.v1", "infusion.emergency_decided.v1", IN_EMERGENCY],
  "An emergency names what does not hold for a bag, and it is given on what was decided about and nothing more.",
  function an_emergency_is_about_what_does_not_hold(known, fact) {
    const { unit, unmet } = fact.body;
    if (!isTrue(unmet)) return [`nothing stood against ${unit}`];
    if (fact.type !== IN_EMERGENCY) return [];
    const { decidedAbout } = known.of(BAG, unit), further = [...new Set(unmet)].filter((gate) => !decidedAbout.includes(gate));
    return further.sort().map((gate) => `nobody had decided about ${gate} of ${unit}`);
  });

invariant("PAT-30, PAT-S5", [IN_EMERGENCY],
  "What two decided about a bag counts for so long as the rule says: cells grow older.",
  function an_emergency_is_decided_about_cells_as_they_are(known, fact) {
    const { emergency, decidedAt } = known.of(BAG, fact.body.unit);
    if (!emergency) return null;
    const limit = known.terms.ofTheHouse("infusion.emergency_valid", fact.entry), passed = minutesBetween(decidedAt, fact.time);
    return unless(atMost(passed, limit), `it was decided ${passed.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });

invariant("TRC-13, PAT-30", [THAWED],
  "A bag is thawed once, by another person than took it out for it.",
  function a_bag_is_thawed_once_by_another_than_issued_it(known, fact) {
    const { unit } = fact.body, { thawedAt, issuedBy } = known.of(BAG, unit);
    if (thawedAt) return [`${unit} had been thawed before`];
    if (!issuedBy) return [`nobody had issued ${unit}`];
    return unless(issuedBy !== fact.person, `${fact.person} issued ${unit} and thawed it`);
  });

invariant("PAT-31, TRC-27", ["infusion.finished.v1"],
  "An infusion that is finished was begun once, and its bag ends as administered by that very entry.",
  function what_is_finished_was_begun_and_ends_as_administered(known, fact) {
    const { unit } = fact.body, { startedAt, finished } = known.of(BAG, unit);
    if (!startedAt || finished) return [`${unit} was finished and did not run`];
    const ended = fact.beside("identity.unit_ended.v1").some((each) => each.unit === unit && each.how === "administered");
    return unless(ended, `${unit} was given and is still there`);
  });

invariant("TRC-11, PAT-28", TOWARDS_THE_PATIENT,
  "A bag is taken out, thawed and given where it was received: by the centre that answers for it.",
  function what_is_given_is_held_where_its_patient_is(known, fact) {
    const { unit, chain } = fact.body;
    const { centre } = known.of(CHAIN, chain), { organisation } = known.of(CUSTODY, unit);
    if (organisation !== centre) return [`${unit} is held by ${organisation || "nobody"} and was given at ${centre}`];
    return unless(known.of(UNIT, unit).receivedBy === centre, `nobody at ${centre} had received ${unit}`);
  });

invariant("GMP-31, GMP-19, GMP-38", [STARTED],
  "Nothing is infused of a batch that was rejected.",
  function nothing_of_a_batch_in_doubt_is_given(known, fact) {
    const { batch } = known.of(UNIT, fact.body.unit);
    return batch ? unless(!known.of(BATCH, batch).rejected, `${batch} had been rejected`) : null;
  });

invariant("PAT-28, PAT-30", ["infusion.issued.v1"],
  "A bag is taken out for a patient whose conditioning was given, and began the programme's days ago.",
  function nobody_is_infused_who_is_not_conditioned(known, fact) {
    const { conditioned, firstDoseAt, version } = known.of(CHAIN, fact.body.chain);
    if (!conditioned || !firstDoseAt) return [`the patient of ${fact.body.chain} had not been conditioned`];
    const least = known.terms.minutes(version, "conditioning_to_infusion_min"), passed = minutesBetween(firstDoseAt, fact.time);
    return unless(atMost(least, passed), `conditioning began ${passed.toFixed(0)} min before; at least ${least.toFixed(0)} are asked`);
  });

invariant("PAT-28", ["infusion.issued.v1", THAWED, STARTED],
  "A physician looked at the patient lately and found nothing against cells, but for an emergency decision.",
  function nobody_is_infused_whom_no_physician_found_ready(known, fact) {
    if (isEmergency(fact)) return null;
    const { assessedAt, against, version } = known.of(CHAIN, fact.body.chain);
    if (!assessedAt) return [`no physician had looked at the patient of ${fact.body.chain}`];
    if (against.length) return [`${against.join(", ")} stood against it`];
    const limit = known.terms.minutes(version, "pre_infusion_check_valid"), passed = minutesBetween(assessedAt, fact.time);
    return unless(atMost(passed, limit), `the patient was looked at ${passed.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });

invariant("PAT-30", [THAWED],
  "A bag is thawed when no other one of the same therapy runs, or waits thawed within its time.",
  function one_bag_is_thawed_at_a_time(known, fact) {
    const { thawed, version } = known.of(CHAIN, fact.body.chain);
    const others = [...thawed].filter((unit) => unit !== fact.body.unit && !known.of(UNIT, unit).ended).sort();
    const bags = others.map((unit) => ({ unit, ...known.of(BAG, unit) }));
    if (!bags.length) return [];
    const limit = known.terms.minutes(version, "thaw_to_infusion_max");
    const waiting = bags.filter((bag) => bag.startedAt || atMost(minutesBetween(bag.thawedAt, fact.time), limit));
    return waiting.map(({ unit }) => `${unit} was thawed already`);
  });

invariant("TRC-13, PAT-30", [THAWED, "infusion.bedside_confirmed.v1"],
  "The second of two acts lies within the programme's window after the first, which is the one it names.",
  function the_second_follows_the_first_at_the_bag(known, fact) {
    const { unit } = fact.body, bag = known.of(BAG, unit), { version } = known.of(CHAIN, known.of(UNIT, unit).chain);
    const isThaw = fact.type === THAWED, begun = isThaw ? bag.issuedAt : bag.checkedAt;
    if (!isThaw && fact.body.first !== bag.checkedBy) return [`${fact.body.first} is named as the first; it was ${bag.checkedBy || "nobody"}`];
    if (!begun) return [`nobody had begun with ${unit}`];
    const window = known.terms.minutes(version, isThaw ? "issue_window" : "bedside_check_window"), passed = minutesBetween(begun, fact.time);
    return unless(atMost(passed, window), `${passed.toFixed(1)} min lay between the two at ${unit}; ${window.toFixed(0)} are allowed`);
  });
