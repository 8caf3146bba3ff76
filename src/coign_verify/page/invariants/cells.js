// Invariants of containers: made once, of one chain, held by one, standing still while in doubt, at their end once.

/** What brings a container, or what is in it, further. */
const ACTS = [
  "custody.offered.v1", PACKED, BATCH_STARTED, "infusion.issued.v1", THAWED, "infusion.bedside_confirmed.v1", ...GIVEN,
  "collection.cryobag_filled.v1",
];
/** All that can be done with a container at all. */
const HANDLING = [
  ...ACTS, "custody.began.v1", "custody.handed_over.v1", "storage.placed.v1", "storage.taken_out.v1", "infusion.finished.v1",
  "identity.label_verified.v1", "quality.material_accepted.v1", "identity.unit_ended.v1",
];

/** The containers that an act is done with: of a filling it is the one that is poured out. */
function handledBy(fact) {
  const poured = fact.subjects("source");
  return poured.length ? poured : fact.subjects("unit", "further");
}

/** What is known of them, each with its name. */
const handledUnits = (known, fact) => handledBy(fact).map((unit) => ({ unit, ...known.of(UNIT, unit) }));

const HOW_WARM = (unit) => `nobody had found in order how warm ${unit} was`;

invariant("TRC-22, TRC-10, GMP-29", ["identity.unit_created.v1"],
  "A container is made once, and of nothing but what belongs to the same chain of identity.",
  function a_unit_is_made_once_of_cells_of_its_own_chain(known, fact) {
    const { unit, chain } = fact.body;
    if (known.of(UNIT, unit).chain) return [`${unit} had been made before`];
    if (!known.of(CHAIN, chain).patient) return [`${unit} was made for ${chain}, which never began`];
    const parents = listIn(fact.maybe("parents") || []).map((parent) => ({ parent, of: known.of(UNIT, parent).chain }));
    return parents.filter((each) => each.of !== chain).map(({ parent, of }) => `${unit} of ${chain} was made from ${parent} of ${of || "no chain"}`);
  });

invariant("TRC-11", ["custody.began.v1", "custody.offered.v1", "custody.handed_over.v1"],
  "Custody begins once, and passes from the one who has it to the one it was offered to: never two, never none.",
  function custody_has_one_holder_and_never_none(known, fact) {
    const { unit } = fact.body, { person, organisation, offeredTo } = known.of(CUSTODY, unit);
    if (fact.type === "custody.began.v1") return unless(!person, `${person} held ${unit} already`);
    if (!person) return [`${unit} was given away and nobody held it`];
    if (fact.type === "custody.offered.v1") {
      const here = fact.actor.organisation;
      return unless(here === organisation, `${unit} was offered by ${here}; ${organisation} held it`);
    }
    const { to, giver, taker } = fact.body;
    if (to !== offeredTo) return [`${unit} went to ${to}; it was offered to ${offeredTo || "nobody"}`];
    return unless(giver !== taker, `${giver} took ${unit} from themselves`);
  });

invariant("TRC-27", HANDLING,
  "A container ends in exactly one way, and nothing is done with it afterwards.",
  function a_unit_ends_once_and_nothing_happens_to_it_afterwards(known, fact) {
    return handledUnits(known, fact).filter(({ ended }) => ended).map(({ unit, ended }) => `${unit} had ended (${ended}) before ${fact.type}`);
  });

invariant("TRC-S1, PAT-S1, SCS-12, GMP-18, SCS-20", ACTS,
  "What did not agree, is held, or was reported stands still until that is resolved.",
  function what_is_in_doubt_stands_still(known, fact) {
    const stopped = handledUnits(known, fact).filter(({ stops }) => stops.length);
    return stopped.map((state) => `${state.unit} was to stand still: ${firstStop(state)}`);
  });

invariant("PAT-S1, TRC-S1, SCS-12, CSV-29, GMP-18", Object.keys(MISMATCHES),
  "Whoever sees that something does not agree, or reports an act outside the rules, stops what it concerns.",
  function every_breach_that_is_seen_blocks_what_it_concerns(known, fact) {
    const concerned = [...new Set(fact.subjects("units", "unit", "found", "beside"))].sort();
    // Whatever else was scanned need be no container of any therapy, and cannot be stopped.
    const there = concerned.filter((each) => each.startsWith("unit:") && known.of(UNIT, each).chain);
    const blocked = new Set(fact.beside("identity.units_blocked.v1").flatMap(({ units }) => listIn(units)));
    return there.filter((unit) => !blocked.has(unit)).map((unit) => `${unit} was not stopped by ${fact.type}`);
  });

/** Facts by which somebody says what they found out about a block. */
const FOUND_OUT = [
  "infusion.mismatch_resolved.v1", "custody.mismatch_resolved.v1", "storage.removal_resolved.v1", "quality.block_resolved.v1",
  "collection.label_resolved.v1", "incident.act_resolved.v1", "correction.assessed.v1",
];

invariant("TRC-S1, PAT-S1, TRC-13", ["identity.units_unblocked.v1", "custody.mismatch_resolved.v1"],
  "What stopped a container is found out by somebody who had no part in it.",
  function nobody_resolves_what_they_had_a_part_in(known, fact) {
    if (!FOUND_OUT.some((type) => fact.types.has(type))) return null;
    const why = fact.maybe("why"), hadPart = (stop) => (why === null || stop.why === why) && stop.between.includes(fact.person);
    const units = [...new Set(fact.subjects("unit", "units"))].sort().filter((unit) => known.of(UNIT, unit).stops.some(hadPart));
    return units.map((unit) => `${fact.person} had a part in what stopped ${unit} and resolved it`);
  });

invariant("TRC-14", ["custody.offered.v1", PACKED, "infusion.issued.v1"],
  "A container moves or is thawed only when its label was scanned back and says what was printed.",
  function nothing_leaves_before_its_label_was_scanned_back(known, fact) {
    const ofTherapies = handledUnits(known, fact).filter(({ chain }) => chain);
    if (!ofTherapies.length) return null;
    return ofTherapies.filter(({ labelSeen }) => !labelSeen).map(({ unit }) => `the label of ${unit} had not been scanned back`);
  });

invariant("GMP-30, GMP-37, TRC-18", [PACKED],
  "A final container leaves the maker released, under exception, or explicitly in quarantine.",
  function no_product_leaves_before_somebody_answers_for_it(known, fact) {
    const finals = handledUnits(known, fact).filter(({ kind }) => kind === "final_container");
    if (!finals.length) return null;
    const unanswered = finals.filter(({ rejected, answered, mayTravel }) => rejected || !(answered || mayTravel));
    return unanswered.map(({ unit }) => `${unit} left and nobody answered for it`);
  });

invariant("TRC-S1, TRC-26", [PACKED],
  "What travels together belongs to one chain of identity.",
  function one_patient_in_a_shipper(known, fact) {
    const chains = new Set(handledUnits(known, fact).map(({ chain }) => chain));
    return chains.size === 1 ? [] : [`units of ${chains.size} therapies lie in ${fact.body.shipment}`];
  });

invariant("SCS-12, SCS-13", ["logistics.departed.v1", "logistics.opened.v1", "logistics.received.v1"],
  "A shipper leaves sealed, is opened once its seal was compared, and received once its logger was read.",
  function no_shipper_is_opened_before_its_seal_was_compared(known, fact) {
    const { shipment } = fact.body, { seal, compared, opened, read, units } = known.of(SHIPMENT, shipment);
    if (fact.type === "logistics.departed.v1") return unless(seal, `${shipment} left without a seal`);
    if (fact.type === "logistics.opened.v1") return unless(compared, `${shipment} was opened before its seal was compared`);
    if (!opened) return [`${shipment} was received unopened`];
    if (!same(fact.subjects("unit", "further"), units)) return [`what was received from ${shipment} is not what was packed`];
    return unless(read, `${shipment} was received before its logger was read`);
  });

invariant("PAT-30", ["storage.placed.v1", PACKED],
  "What was thawed for its patient is never frozen again or sent away.",
  function nothing_is_frozen_again(known, fact) {
    return handledBy(fact).filter((unit) => known.of(BAG, unit).thawedAt).map((unit) => `${unit} had been thawed`);
  });

invariant("SCS-04, TRC-11", ["storage.placed.v1", "storage.taken_out.v1", PACKED],
  "No position holds two containers, no container lies in two, and what is taken out lay where it is said.",
  function a_unit_lies_in_one_place_and_a_place_holds_one(known, fact) {
    const places = handledBy(fact).map((unit) => ({ unit, ...known.of(PLACE, unit) }));
    if (fact.type === "storage.taken_out.v1") {
      const { box, position } = fact.body;
      return places.filter((each) => each.box !== box || each.position !== position).map(({ unit }) => `${unit} did not lie in ${box} at ${position}`);
    }
    const lying = places.filter(({ box }) => box).map(({ unit, box }) => `${unit} lay in ${box} already`);
    if (fact.type === PACKED) return lying;
    const there = known.of(BOX, fact.body.box).lying.filter(({ position }) => position === fact.body.position);
    return [...lying, ...there.map(({ unit }) => `${unit} lay there already`)];
  });

invariant("SCS-06, SCS-08, TRC-11", [PACKED],
  "Units are packed by who holds them, into a free and tested shipper with a running logger, one way at a time.",
  function what_is_packed_is_held_here_and_travels_once(known, fact) {
    const { shipper, logger, sender } = fact.body, { qualifiedUntil, shipment } = known.of(SHIPPER, shipper);
    const perUnit = handledUnits(known, fact).flatMap(({ unit, underWay }) => {
      const { organisation } = known.of(CUSTODY, unit);
      return [
        ...unless(organisation === sender, `${unit} is held by ${organisation || "nobody"} and was packed by ${sender}`),
        ...unless(!underWay, `${unit} was under way in ${underWay}`),
        ...unless(!isWarmthInDoubt(known.of(WARMTH, unit), fact.time), HOW_WARM(unit)),
      ];
    });
    const isFree = isBefore(fact.time, qualifiedUntil) && !shipment;
    return [...unless(isTrue(logger), "no logger ran"), ...unless(isFree, `${shipper} was not tested, or not free`), ...perUnit];
  });

invariant("SCS-13, SCS-12, GMP-30", ["quality.material_accepted.v1"],
  "Material is accepted by the house that received it, cold, and while nothing about it is in doubt.",
  function what_is_accepted_has_arrived_and_agrees(known, fact) {
    const { unit, organisation } = fact.body, state = known.of(UNIT, unit), warmth = known.of(WARMTH, unit);
    return [
      ...unless(state.receivedBy === organisation, `${unit} was received by ${state.receivedBy || "nobody"}`),
      ...unless(!state.stops.length, `${unit} stands still: ${firstStop(state)}`),
      ...unless(!isWarmthInDoubt(warmth, fact.time), HOW_WARM(unit)),
    ];
  });

invariant("TRC-27", ["closing.disposal_confirmed.v1"],
  "What becomes of a container at the end of its therapy is what a physician decided.",
  function what_is_disposed_of_ends_as_was_decided(known, fact) {
    const { unit } = fact.body, { decided } = known.of(UNIT, unit);
    const became = fact.beside("identity.unit_ended.v1").filter((each) => each.unit === unit).map(({ how }) => how);
    return unless(decided && same(became, [decided]), `${unit}: ${decided || "nothing"} was decided, ${became.join(", ") || "nothing"} was done`);
  });
