// Invariants of what is measured: in its unit, in the order of time, and no more of it than there was.

const KILOGRAMS = ["kg"], MILLILITRES = ["mL"], CELLS = ["10*9"], HOURS = ["h", "d"], MORE_THAN_NOTHING = true;
/** In which units, and whether more than nothing, by the fact and its field; a field may be empty. */
const QUANTITIES = {
  "clinical.order_drafted.v1": { weight: [KILOGRAMS, MORE_THAN_NOTHING] },
  "clinical.ordered.v1": { weight: [KILOGRAMS, MORE_THAN_NOTHING] },
  "clinical.conditioning_started.v1": { weight: [KILOGRAMS, MORE_THAN_NOTHING] },
  "infusion.patient_assessed.v1": { weight: [KILOGRAMS, MORE_THAN_NOTHING] },
  "infusion.finished.v1": { given: [MILLILITRES], residual: [MILLILITRES] },
  "collection.finished.v1": { volume: [MILLILITRES, MORE_THAN_NOTHING], cd3: [CELLS, MORE_THAN_NOTHING] },
  "collection.cryobag_filled.v1": { volume: [MILLILITRES, MORE_THAN_NOTHING], cd3: [CELLS, MORE_THAN_NOTHING] },
  "logistics.shipper_qualified.v1": { hold_time: [HOURS, MORE_THAN_NOTHING] },
};
/** Minutes that are granted, and never taken back. */
const GRANTED = "coldchain.excursion_assessed.v1";
/** What is held against one another stands in one unit. */
const BESIDE_ONE_ANOTHER = { "safety.laboratory_graded.v1": ["value", "upper_limit", "lower_limit", "baseline"] };

invariant("PAT-29, TRC-22, PAT-31, PAT-17, SCS-06", [...Object.keys(QUANTITIES), ...Object.keys(BESIDE_ONE_ANOTHER), GRANTED],
  "Weights are in kilograms, volumes, cells and hold times in their units, and none of them below nothing.",
  function what_is_measured_stands_in_its_unit(known, fact) {
    if (fact.type in BESIDE_ONE_ANOTHER) {
      const told = BESIDE_ONE_ANOTHER[fact.type].map((name) => fact.maybe(name)).filter(Boolean);
      const units = new Set(told.map((each) => need(each, "unit")[0]));
      return unless(units.size <= 1, `${[...units].sort().join(" and ")} stand beside one another`);
    }
    if (fact.type === GRANTED) {
      const minutes = fact.maybe("further_minutes") || 0;
      return unless(atMost(0, minutes), `${minutes} min were granted`);
    }
    const told = Object.entries(QUANTITIES[fact.type]).filter(([name]) => fact.maybe(name) !== null);
    return told.flatMap(([name, [units, isMore]]) => {
      const [value, unit] = need(fact.body[name], "value", "unit"), amount = decimal(value);
      return unless(units.includes(unit) && amount >= 0n && (amount > 0n || !isMore), `${name} of ${value} ${unit}`);
    });
  });

/** Moments of one fact from the earliest to the latest; none of them lies after its entry. */
const IN_ORDER = {
  "clinical.order_drafted.v1": [["", "weighed_on"]],
  "safety.event_reported.v1": [["onset", "aware_at"], ["onset", "known_at"]],
  "safety.event_followed_up.v1": [["", "received_at"]],
  "safety.submission_recorded.v1": [["", "sent_at"]],
  "safety.submission_answered.v1": [["", "received_at"]],
};

invariant("PAT-04, PAT-06, PAT-29, REG-03", Object.keys(IN_ORDER),
  "What was measured, seen, learnt or sent is dated before its entry, and nothing is known before it began.",
  function nothing_is_known_before_it_began_or_dated_ahead(known, fact) {
    return IN_ORDER[fact.type].flatMap(([earlier, later]) => {
      const began = fact.maybe(earlier) || "", at = fact.maybe(later) || "";
      return [
        ...unless(!isBefore(fact.time, at), `${later} ${at} was still to come`),
        ...unless(!isBefore(at, began), `${later} ${at} lies before ${earlier} ${began}`),
      ];
    });
  });

invariant("PAT-03", ["safety.reference_published.v1"],
  "A new version of what is expected counts from a later day than the one before it.",
  function a_reference_text_never_counts_from_before_the_one_in_force(known, fact) {
    const { effective } = known.of(REFERENCE, fact.body.product);
    return unless(!effective || isBefore(effective, fact.body.effective), `a version from ${fact.body.effective} on was put before that of ${effective}`);
  });

invariant("TRC-22, TRC-10", ["collection.cryobag_filled.v1", "collection.leaving_checked.v1"],
  "Cryobags are filled out of a bag that was collected at the chair, and hold no more cells than were in it.",
  function cryobags_hold_what_came_from_the_chair_and_no_more(known, fact) {
    const source = fact.maybe("source") || fact.body.unit, { cells, unit, filled, corrected } = known.of(COLLECTED, source);
    if (cells === null) return [`${source} is no bag that was collected`];
    if (fact.type !== "collection.cryobag_filled.v1" || corrected) return [];
    const { cd3 } = fact.body, [filledUnit] = need(cd3, "unit");
    if (filledUnit !== unit) return [`${filledUnit} were filled and ${unit} collected`];
    return unless(filled + amountOf(cd3) <= cells, `more was filled out of ${source} than it held`);
  });

invariant("TRC-08, TRC-09", ["collection.finished.v1"],
  "The number of a donation names facility, year and sequence, as the standard has it.",
  function a_donation_number_can_be_read_again(known, fact) {
    const { din } = fact.body;
    // ISBT 128: the facility in five characters, the year in two digits, the sequence in six.
    return unless(/^[A-NP-Z1-9][A-NP-Z0-9]{4}[0-9]{2}[0-9]{6}$/.test(din), `“${din}” is no donation number`);
  });
