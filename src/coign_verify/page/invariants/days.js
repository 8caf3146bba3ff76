// Invariants of days: what counts until a day has it ahead, what was measured or done has it behind.

/** Until when something counts, by the fact that says so. */
const COUNTS_UNTIL = {
  "supply.supplier_qualified.v1": ["until", "licence_until"],
  "supply.lot_received.v1": ["expires"],
  "supply.lot_approved.v1": ["retest_by"],
  "supply.lot_retested.v1": ["retest_by"],
  "equipment.device_registered.v1": ["due_on"],
  "equipment.device_calibrated.v1": ["due_on"],
  "storage.tank_qualified.v1": ["qualified_until"],
  "logistics.shipper_qualified.v1": ["qualified_until"],
  "facility.room_put_in_use.v1": ["qualified_until"],
  "training.qualified.v1": ["until"],
  "training.extension_approved.v1": ["until"],
  "regulatory.authorisation_granted.v1": ["valid_until"],
  "regulatory.authorisation_renewed.v1": ["valid_until"],
};

/** When something was done or seen that is entered afterwards. */
const DONE_ON = {
  "equipment.device_registered.v1": ["qualified_on"],
  "equipment.device_calibrated.v1": ["calibrated_on"],
  "equipment.device_cleaned.v1": ["begun_at"],
  "facility.room_put_in_use.v1": ["qualified_on"],
  "facility.monitored.v1": ["taken_at"],
  "donor.samples_taken.v1": ["taken_at"],
  "training.qualified.v1": ["certified_on"],
  "supply.illegitimate_notified.v1": ["sent_at"],
  "quality.exception_notified.v1": ["told_at"],
};

/** Those of these days that are named at all. */
const daysIn = (fact, names) => names.map((name) => ({ name, day: fact.maybe(name) })).filter(({ day }) => day);

invariant("GMP-03, GMP-04, GMP-09, SCS-01, SCS-03, TRN-08", Object.keys(COUNTS_UNTIL),
  "No qualification, calibration, approval or expiry begins on a day on which it is over already.",
  function what_counts_until_a_day_has_it_ahead(known, fact) {
    if (fact.type === "equipment.device_calibrated.v1") {
      if (fact.body.finding !== "in_order") return null;
      if (!fact.body.due_on) return ["it is in order for ever"];
    }
    const over = daysIn(fact, COUNTS_UNTIL[fact.type]).filter(({ day }) => !isBefore(fact.time, day));
    return over.map(({ name, day }) => `${name} is ${day}`);
  });

invariant("CSV-38, GMP-03, GMP-09, GMP-18", Object.keys(DONE_ON),
  "Nothing is entered as done, measured or seen on a day that has not come.",
  function what_is_entered_has_happened(known, fact) {
    return daysIn(fact, DONE_ON[fact.type]).filter(({ day }) => isBefore(fact.time, day)).map(({ name, day }) => `${name} is ${day}`);
  });

invariant("GMP-03, GMP-09", ["equipment.device_cleaned.v1", "equipment.device_calibrated.v1"],
  "What a use left in a device is cleaned away after it, and no older measurement undoes a newer one.",
  function a_device_is_cleaned_after_its_use_and_measured_in_order(known, fact) {
    const { equipment } = fact.body, { usedAt, measuredOn } = known.of(DEVICE, equipment);
    if (fact.type === "equipment.device_cleaned.v1")
      return unless(!isBefore(fact.maybe("begun_at") || fact.time, usedAt), `${equipment} was used after its cleaning began`);
    const measured = fact.maybe("calibrated_on") || fact.time;
    return unless(!isBefore(measured, measuredOn), `${equipment} was measured again since ${measured}`);
  });
