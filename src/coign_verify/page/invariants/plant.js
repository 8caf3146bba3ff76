// Invariants of the plant: the right material, in a clear room, judged by others than those who made it.

const CERTIFIED = "quality.certified.v1", UNDER_EXCEPTION = "quality.supplied_under_exception.v1";

invariant("GMP-30, GMP-04, TRC-22", [BATCH_STARTED],
  "A batch is started from cells that the quality unit accepted, and of its own chain of identity.",
  function a_batch_takes_accepted_material_of_its_own_chain(known, fact) {
    const { unit, chain } = fact.body, state = known.of(UNIT, unit);
    if (state.chain !== chain) return [`${unit} of ${state.chain || "no chain"} went into a batch of ${chain}`];
    if (!state.accepted) return [`nobody had accepted ${unit}`];
    return unless(!isWarmthInDoubt(known.of(WARMTH, unit), fact.time), HOW_WARM(unit));
  });

invariant("GMP-35, GMP-34, GMP-S4, GMP-32", [BATCH_STARTED],
  "Cells are opened in a qualified room that two cleared for this therapy, and in which nobody else's are open.",
  function a_batch_is_opened_in_a_room_cleared_for_it(known, fact) {
    const { room, chain } = fact.body, { open, usableUntil, clearedFor } = known.of(ROOM, room);
    if (open) return [`${open} was open in ${room}`];
    if (!isBefore(fact.time, usableUntil)) return [`the qualification of ${room} was over`];
    return unless(clearedFor === chain, `${room} was cleared for ${clearedFor || "nobody"}`);
  });

invariant("TRC-17, TRC-18, TRC-19, TRC-21", ["quality.material_accepted.v1"],
  "Cells are accepted when their donor's blood was taken or somebody justified why not, and marked if reactive.",
  function a_donors_tests_are_known_before_cells_are_accepted(known, fact) {
    const { unit } = fact.body, { chain, setApartBy } = known.of(UNIT, unit), donor = known.of(CHAIN, chain);
    if (!donor.sampled && !donor.justified) return [`no blood of the donor of ${unit} was taken`];
    const isApart = !donor.reactive || setApartBy.includes(fact.body.organisation);
    return unless(isApart, `the donor of ${unit} is reactive and it was not set apart`);
  });

invariant("GMP-04, GMP-S7, SCS-16", ["manufacturing.step_completed.v1", COLLECTION_STARTED],
  "Cells touch only lots that are approved, in date, and neither rejected, on hold nor suspect.",
  function a_lot_in_doubt_is_not_used(known, fact) {
    const lots = listIn(fact.maybe("lots") || []).filter((lot) => !mayLotBeUsed(known.of(LOT, lot), fact.time));
    return lots.map((lot) => `${lot} might not be used`);
  });

invariant("GMP-02, GMP-04", ["supply.lot_approved.v1"],
  "A lot is approved once it was tested, by somebody who neither received nor tested it.",
  function nobody_approves_a_lot_they_had_in_hand(known, fact) {
    const { lot } = fact.body, { received, rejected, suspect, hadInHand } = known.of(LOT, lot);
    if (!received) return [`${lot} never came in`];
    if (rejected || suspect) return [`${lot} had been rejected or was suspect`];
    return unless(!hadInHand.has(fact.person), `${fact.person} had ${lot} in hand and approved it`);
  });

invariant("SCS-15, SCS-16", ["supply.pack_used.v1"],
  "A serialised pack is registered, used once, and not while anybody doubts it.",
  function a_pack_is_used_once_and_never_while_suspect(known, fact) {
    const { serial } = fact.body, { registered, used, suspect } = known.of(SERIAL, serial);
    if (used) return [`${serial} had been used before`];
    return unless(registered && !suspect, `${serial} was unknown or suspect`);
  });

invariant("CSV-09, GMP-09, GMP-03", ["equipment.devices_used.v1"],
  "Devices that touch or measure cells are registered, in service, in order, and not due for calibration.",
  function no_device_is_used_that_is_due_or_out_of_service(known, fact) {
    const unfit = listIn(fact.body.equipment).filter((device) => !mayDeviceBeUsed(known.of(DEVICE, device), fact.time));
    return unfit.map((device) => `${device} might not be used`);
  });

invariant("GMP-09, GMP-02", ["equipment.device_returned.v1"],
  "Whoever took a device out of service does not return it.",
  function nobody_returns_the_device_they_took_out(known, fact) {
    const { equipment } = fact.body, { outBy } = known.of(DEVICE, equipment);
    return unless(outBy && outBy !== fact.person, `${equipment} was taken out by ${outBy || "nobody"}`);
  });

invariant("CSV-29, GMP-20", ["quality.result_reviewed.v1"],
  "A result is compared with its raw data by another person than tested.",
  function nobody_reviews_their_own_result(known, fact) {
    const { attribute, batch } = fact.body, test = known.of(BATCH, batch).tests.find((each) => each.attribute === attribute);
    if (!test) return [`there is no result of ${attribute}`];
    return unless(test.by !== fact.person, `${fact.person} tested ${attribute} and reviewed it`);
  });

invariant("GMP-02, CSV-31, GMP-37", ["quality.record_reviewed.v1", CERTIFIED],
  "The record of a batch is reviewed by somebody without a hand in it, and released by yet another.",
  function releaser_reviewer_and_maker_are_different_people(known, fact) {
    const { batch } = fact.body, { hands, reviewedBy } = known.of(BATCH, batch);
    if (hands.has(fact.person)) return [`${fact.person} had a hand in ${batch} and judged it`];
    if (fact.type !== CERTIFIED) return [];
    if (!reviewedBy) return [`nobody had reviewed the record of ${batch}`];
    return unless(reviewedBy !== fact.person, `${fact.person} reviewed ${batch} and released it`);
  });

invariant("GMP-19, GMP-20, GMP-31, GMP-40, GMP-S3, GMP-S5", [CERTIFIED],
  "A batch is released with every result passed and reviewed, nothing open, and every container in order.",
  function nothing_is_released_over_what_is_open(known, fact) {
    const { batch, units } = fact.body, { tests, deviations, growth, labelsMissing, rejected, excepted } = known.of(BATCH, batch);
    const said = [
      ...tests.flatMap(({ attribute, verdict, reviewed }) =>
        [...unless(verdict === "pass", `${attribute} fails`), ...unless(reviewed, `nobody had reviewed ${attribute}`)]),
      ...[...deviations].map((each) => `${each} is open`),
      ...unless(!growth, "growth in grade A is not judged acceptable"),
      ...unless(!labelsMissing, "a label is missing"),
      ...unless(!rejected && !excepted, "it had been rejected, or supplied under exception"),
      ...listIn(units).flatMap((unit) => openOf(known, unit, fact.time)),
    ];
    return said.map((each) => `${batch} was released: ${each}`);
  });

/** What is not in order with one container of a batch. */
function openOf(known, unit, now) {
  const state = known.of(UNIT, unit);
  return [
    ...unless(!state.stops.length, `${unit} stands still: ${firstStop(state)}`),
    ...unless(state.labelSeen, `the label of ${unit} had not been scanned back`),
    ...unless(!isWarmthInDoubt(known.of(WARMTH, unit), now), `${unit} was too warm`),
    ...unless(!state.expires || isBefore(now, state.expires), `${unit} had expired`),
  ];
}

invariant("GMP-37, TRC-10", [CERTIFIED, UNDER_EXCEPTION],
  "Whoever answers for a batch answers for containers that were filled from it, for its own chain of identity.",
  function what_is_released_is_what_was_made(known, fact) {
    const { batch, chain } = fact.body, madeFor = known.of(BATCH, batch).chain;
    if (madeFor !== chain) return [`${batch} was made for ${madeFor || "nobody"} and released for ${chain}`];
    const units = listIn(fact.body.units).map((unit) => ({ unit, of: known.of(UNIT, unit) }));
    return units.filter(({ of }) => of.batch !== batch || of.chain !== chain).map(({ unit }) => `${unit} is not of ${batch}`);
  });

invariant("GMP-40, GMP-41, GMP-S2", [UNDER_EXCEPTION],
  "A product out of specification is supplied at the physician's request, with every paper of its destination.",
  function an_exception_has_its_papers(known, fact) {
    const { chain } = fact.body, { papers } = known.of(CHAIN, chain), has = (paper) => papers.has(`quality.${paper}.v1`);
    if (!has("exception_requested")) return [`no physician had asked for the product of ${chain}`];
    const isEuropean = ["exception_risk_assessed", "exception_accepted", "exception_notified"].every(has);
    return unless(isEuropean || has("expanded_access_recorded"), `papers for the product of ${chain} were missing`);
  });
