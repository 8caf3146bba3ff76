// Invariants of people: in a role they hold, qualified at that instant, and two where two are asked for.

/** What two people do, with the fields that name them; the second one acts. */
const TWO_PERSONS = {
  "collection.identity_confirmed.v1": ["first", "second"],
  "clinical.identity_settled.v1": ["changed_by", "by"],
  "manufacturing.line_cleared.v1": ["first", "second"],
  "storage.taken_out.v1": ["first", "second"],
  "logistics.received.v1": ["first", "second"],
  "custody.handed_over.v1": ["giver", "taker"],
  "infusion.bedside_confirmed.v1": ["first", "second"],
  "infusion.emergency_decided.v1": ["first", "second"],
  "closing.disposal_confirmed.v1": ["first", "second"],
  "correction.value_corrected.v1": ["first", "second"],
  "regulatory.programme_approved.v1": ["proposed_by", "by"],
  "training.course_approved.v1": ["proposed_by", "by"],
  "people.credentials_reset.v1": ["proposed_by", "agreed_by"],
  "safety.enrolment_resumed.v1": ["first", "second"],
};

/** Tasks that a person must be qualified for, by what they did; tasks of production stand in the programme. */
const TASKS = {
  "collection.identity_checked.v1": "identity_check",
  "collection.identity_confirmed.v1": "identity_check",
  "collection.leaving_checked.v1": "identity_check",
  "infusion.issued.v1": "thaw",
  [THAWED]: "thaw",
  "infusion.bedside_checked.v1": "bedside_check",
  "infusion.bedside_confirmed.v1": "bedside_check",
};
/** What people of the plant did, by the action that the programme names the task of. */
const PLANT_TASKS = {
  [BATCH_STARTED]: "manufacturing.start_batch",
  "manufacturing.sample_drawn.v1": "manufacturing.draw_sample",
  "manufacturing.bag_filled.v1": "manufacturing.fill_bag",
  "manufacturing.filled.v1": "manufacturing.fill",
  "quality.result_recorded.v1": "quality.record_result",
};
const STEP = "manufacturing.step_completed.v1";

invariant("CSV-08, CSV-04, CSV-24", ["done", "observed"],
  "Whatever is done is done in a role that the person held for that organisation at that instant.",
  function everybody_acts_in_a_role_they_hold(known, fact) {
    const { person, role, organisation } = fact.actor;
    // Two roles are no person's: of the record itself, and of the set-up before there are people.
    if (role === "ledger") return unless([...fact.types].every((type) => type === HEADS_FACT), "the record itself did what only people do");
    if (role === "setup") return unless(!known.of(LEDGER, THIS).setUp, "set-up went on after it was finished");
    return unless(holdsRole(known.of(PERSON, person), role, organisation, fact.time), `${person} was no ${role} of ${organisation}`);
  });

invariant("TRN-01, TRN-02, TRN-08, GMP-S1, TRN-S1", Object.keys(TASKS),
  "Nobody checks an identity, issues or thaws a bag who is not qualified for it at that instant.",
  function no_check_by_somebody_unqualified(known, fact) {
    const task = TASKS[fact.type];
    return unless(mayDo(known.of(PERSON, fact.person), task, fact.time), `${fact.person} was not qualified for ${task}`);
  });

invariant("TRN-01, TRN-02, GMP-11", [...Object.keys(PLANT_TASKS), STEP],
  "No step of production and no test is done by somebody who is not qualified for it at that instant.",
  function no_step_by_somebody_unqualified(known, fact) {
    const version = fact.maybe("version") || known.of(BATCH, fact.body.batch).version;
    const task = known.terms.task(version, fact.type === STEP ? fact.body.step : PLANT_TASKS[fact.type]);
    if (!task) return null;
    return unless(mayDo(known.of(PERSON, fact.person), task, fact.time), `${fact.person} was not qualified for ${task}`);
  });

invariant("TRC-13, CSV-29", Object.keys(TWO_PERSONS),
  "Where two people are asked for, they are two, and the second one acts themselves.",
  function what_two_do_is_done_by_two(known, fact) {
    const [first, second] = TWO_PERSONS[fact.type].map((name) => fact.body[name]);
    if (first === second) return [`${first} was both of the two in ${fact.type}`];
    return unless(second === fact.person, `${fact.person} acted in place of ${second} in ${fact.type}`);
  });

invariant("TRN-06", ["training.qualified.v1", "training.practice_observed.v1"],
  "Nobody accepts their own certificate or observes their own practice.",
  function nobody_qualifies_themselves(known, fact) {
    const trained = "person" in fact.held ? fact.held.person : `person:${fact.body.learner.split(":").slice(1).join(":")}`;
    return unless(fact.person !== trained, `${trained} qualified themselves`);
  });

invariant("CSV-16, CSV-18, CSV-S5", ["people.authenticator_enrolled.v1"],
  "A key becomes somebody's when one administrator proposed it and another one agrees.",
  function a_key_is_enrolled_by_two(known, fact) {
    const { person, credential } = fact.body;
    const proposals = known.of(PERSON, person).proposed.filter((each) => each.credential === credential);
    if (!proposals.length) return [`nobody had proposed ${credential} for ${person}`];
    return unless(proposals.some(({ by }) => by !== fact.person), `${fact.person} enrolled ${credential} for ${person} alone`);
  });

invariant("CSV-15, TRC-08", ["people.person_registered.v1", "identity.unit_created.v1"],
  "The identifier of a person, and the number of a donation, is given once and for ever.",
  function an_identifier_is_given_once(known, fact) {
    if (fact.type === "people.person_registered.v1")
      return unless(!known.of(PERSON, fact.body.person).registered, `${fact.body.person} was registered before`);
    const din = fact.maybe("din");
    if (!din) return null;
    const { bearer } = known.of(DONATION, din);
    return unless(!bearer, `${bearer} bears ${din} already`);
  });

/** Judgements, with what they judge: the field that both name, and the facts by which somebody had a part in it. */
const JUDGED = {
  "identity.label_verified.v1": ["unit", "identity.unit_created.v1"],
  "collection.leaving_checked.v1": ["unit", "identity.label_verified.v1"],
  "quality.deviation_closed.v1": ["case", "quality.deviation_opened.v1"],
  "facility.growth_assessed.v1": ["batch", "facility.monitored.v1"],
  "manufacturing.labels_counted.v1": ["batch", "manufacturing.bag_filled.v1", "manufacturing.filled.v1"],
  "supply.lot_hold_lifted.v1": ["lot", "supply.lot_held.v1"],
  "supply.suspicion_cleared.v1": ["case", "supply.lot_suspected.v1", "supply.pack_suspected.v1"],
  "equipment.doubt_assessed.v1": ["equipment", "equipment.device_calibrated.v1"],
  "equipment.late_cleaning_judged.v1": ["equipment", "equipment.device_cleaned.v1"],
  "training.extension_approved.v1": ["person", "training.extension_asked.v1"],
  "training.attempt_decided.v1": ["attempt", "training.attempt_handed_in.v1"],
  "correction.assessed.v1": ["case", "correction.proposed.v1", "correction.differs.v1", "correction.value_corrected.v1"],
  "incident.act_resolved.v1": ["case", "incident.act_reported.v1"],
};

invariant("CSV-29, GMP-02, GMP-19, TRC-14, TRN-03, SCS-16", Object.keys(JUDGED),
  "Labels, deviations, growth, holds, doubts, corrections, extensions and reports are judged by somebody else.",
  function nobody_judges_what_they_did_themselves(known, fact) {
    const [field, ...types] = JUDGED[fact.type], subject = fact.body[field];
    const own = known.of(PART, subject).parts.filter(({ type, person }) => types.includes(type) && person === fact.person);
    return own.map(({ type }) => `${fact.person} judged ${type} of ${subject}, which was their own`);
  });

invariant("CSV-06, CSV-24, GMP-02", ["people.role_granted.v1"],
  "Whoever gives roles has no other one for themselves, and gives none to themselves.",
  function administrators_hold_no_other_role_and_nobody_grants_themselves(known, fact) {
    const { person, role } = fact.body;
    if (person === fact.person) return [`${person} granted themselves ${role}`];
    const roles = new Set([...known.of(PERSON, person).grants.map((grant) => grant.role), role]);
    return unless(!roles.delete("admin") || !roles.size, `${person} is administrator and ${[...roles].sort().join(", ")}`);
  });

invariant("CSV-14, CSV-18, CSV-20, CSV-S6", ["done", "observed", "refused"],
  "What is signed is signed with a key that was enrolled for its actor before, in time, and says what it means.",
  function a_signature_fits_its_intent(known, fact) {
    if ((fact.entry.signature ?? null) === null) return null;
    const { credential, method } = strict(fact.entry.signature), { person } = fact;
    const key = known.of(PERSON, person).keys.find((each) => each.credential === credential);
    if (key?.method !== method) return [`${person} had no such key`];
    if (method === "demonstration" && !known.of(LEDGER, THIS).demonstration)
      return ["it is signed by a demonstration key, and this record is no demonstration"];
    const intent = strict(fact.entry.intent);
    if (!intent.meaning) return [`the signature of ${person} means nothing`];
    const inTime = !isBefore(fact.time, intent.prepared) && (!intent.expires || !isBefore(intent.expires, fact.time));
    return unless(inTime, `${person} signed what was no longer, or not yet, to be signed`);
  });
