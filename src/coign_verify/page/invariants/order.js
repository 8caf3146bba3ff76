// Invariants of order: what follows what, what happens once, and whose house it happens in.

/** Acts of the centre that treats on a therapy, a container or a batch of it. */
const AT_THE_CENTRE = [
  "collection.identity_checked.v1", "collection.identity_confirmed.v1", COLLECTION_STARTED, "collection.finished.v1",
  "collection.leaving_checked.v1", "collection.cryobag_filled.v1", "donor.samples_taken.v1", "clinical.product_confirmed.v1",
  ...CONDITIONING, "clinical.conditioning_given.v1", "clinical.turn_answered.v1", "infusion.patient_assessed.v1",
  "infusion.issued.v1", THAWED, "infusion.bedside_checked.v1", "infusion.bedside_confirmed.v1", STARTED, "infusion.finished.v1",
  "infusion.emergency_requested.v1", "infusion.emergency_decided.v1", "quality.exception_requested.v1",
  "quality.exception_accepted.v1", "closing.therapy_ended.v1", "safety.reaction_recorded.v1", "safety.icans_recorded.v1",
  "safety.laboratory_graded.v1", "safety.response_recorded.v1", "safety.response_missed.v1",
];
/** Those of the house that makes. */
const AT_THE_MAKER = [
  "manufacturing.slot_confirmed.v1", "manufacturing.slot_moved.v1", BATCH_STARTED, STEP, "manufacturing.sample_drawn.v1",
  "manufacturing.bag_filled.v1", "manufacturing.filled.v1", "manufacturing.product_frozen.v1", "quality.record_reviewed.v1",
  CERTIFIED, UNDER_EXCEPTION, "quality.batch_rejected.v1",
];
/** What is done with a container where it is, by the field that names it. */
const IN_THE_HAND = {
  "collection.cryobag_filled.v1": "source",
  "storage.placed.v1": "unit",
  "storage.taken_out.v1": "unit",
  [BATCH_STARTED]: "unit",
  "donor.set_apart.v1": "unit",
};

invariant("CSV-07, GMP-06, TRC-13", Object.keys(FIRST),
  "No step is taken before the one that it rests on: no second look without a first, no end without a beginning.",
  function what_comes_second_follows_what_comes_first(known, fact) {
    const [field, ...first] = FIRST[fact.type], { types } = fact;
    const lacking = fact.subjects(field).filter((subject) => {
      const { steps } = known.of(HAPPENED, subject);
      return !first.some((type) => steps.has(type) || types.has(type));
    });
    return lacking.map((subject) => `${fact.type} of ${subject} without ${first.join(" or ")}`);
  });

invariant("CSV-07, CSV-15, TRC-10", Object.keys(ONCE),
  "Nothing is registered, begun or ended twice that can be so only once.",
  function what_happens_once_does_not_happen_again(known, fact) {
    const again = fact.subjects(ONCE[fact.type]).filter((subject) => known.of(HAPPENED, subject).steps.has(fact.type));
    return again.map((subject) => `${fact.type} of ${subject} for a second time`);
  });

invariant("CSV-07, GMP-04, GMP-06, REG-02, SCS-16", Object.keys(OVER),
  "What was decided, closed, revoked or rejected goes no further and is not decided again.",
  function nothing_follows_what_ends_it(known, fact) {
    const [field, ...ends] = OVER[fact.type];
    const over = fact.subjects(field).map((subject) => [subject, ends.filter((type) => known.of(HAPPENED, subject).steps.has(type)).sort()]);
    return over.filter(([, types]) => types.length).map(([subject, [first]]) => `${fact.type} of ${subject} after ${first}`);
  });

invariant("CSV-04, TRC-26, REG-02", [...AT_THE_CENTRE, ...AT_THE_MAKER],
  "A patient is treated by the people of their centre, and a product made and released by those of its maker.",
  function each_house_acts_on_its_own_therapies(known, fact) {
    const named = [
      ...fact.subjects("chain"),
      ...fact.subjects("unit").map((unit) => known.of(UNIT, unit).chain),
      ...fact.subjects("batch").map((batch) => known.of(BATCH, batch).chain),
    ].find(Boolean) ?? "";
    const { centre, maker } = known.of(CHAIN, named), house = AT_THE_CENTRE.includes(fact.type) ? centre : maker;
    const here = fact.actor.organisation;
    return unless(here === house, `${here} acted on ${named || "no therapy"} in place of ${house || "nobody"}`);
  });

invariant("TRC-11, SCS-12", Object.keys(IN_THE_HAND),
  "A container is opened, laid down or taken up by people of the house that answers for it.",
  function whoever_works_with_a_unit_holds_it(known, fact) {
    const unit = fact.body[IN_THE_HAND[fact.type]], here = fact.actor.organisation, { organisation } = known.of(CUSTODY, unit);
    return unless(organisation === here, `${unit} is held by ${organisation || "nobody"}; ${here} worked with it`);
  });
