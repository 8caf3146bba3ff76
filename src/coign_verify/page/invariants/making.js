// Invariants of production: every step, sample and bag as planned, in a clear room, on clean devices, in time.

const BAGS_FILLED = ["manufacturing.bag_filled.v1", "manufacturing.filled.v1"], DRAWN = "manufacturing.sample_drawn.v1";
/** The units in which volumes and temperatures are given (UCUM). */
const VOLUME = "mL", TEMPERATURE = "Cel";

const named = (list, id) => list.find((each) => each.id === id);
/** The step of its plan that a fact is about; undefined: none is planned. */
const plannedStep = (known, fact) => named(known.terms.plan(known.of(MAKING, fact.body.batch).version).steps, fact.body.step);

/** A number that the record writes as text. */
function numberIn(text) {
  const number = typeof text === "string" && text.trim() === "" ? NaN : Number(text);
  if (!Number.isFinite(number)) throw new Wrong("no number");
  return number;
}

invariant("GMP-06, CSV-07, GMP-10", [STEP, ...BAGS_FILLED],
  "Steps of production are done in the order that was validated, each once, and all of them before the filling.",
  function steps_come_in_the_order_of_the_plan(known, fact) {
    const { steps, version } = known.of(MAKING, fact.body.batch), planned = known.terms.plan(version).steps.map(({ id }) => id);
    const isStep = fact.type === STEP, done = isStep ? [...steps, fact.body.step] : steps;
    const expected = isStep ? planned.slice(0, done.length) : planned;
    return unless(same(done, expected), `${done.join(", ") || "nothing"} was done; planned is ${planned.join(", ")}`);
  });

invariant("GMP-10, GMP-18, CSV-28", [STEP],
  "A step is recorded with all its measurements and no others, each in the unit in which its limits are set.",
  function a_step_has_every_measurement_in_its_unit(known, fact) {
    const step = plannedStep(known, fact);
    if (!step) return null;
    const given = listIn(fact.body.measurements).map((each) => String([each.id, each.quantity.unit])).sort();
    const planned = step.measured.map(String).sort();
    return unless(same(given, planned), `${given.join("; ")} was measured in ${step.id}: ${planned.join("; ")}`);
  });

invariant("TRC-23, TRC-01, GMP-07", [STEP],
  "Every lot that touched the cells is scanned, of every material of the step, and nothing else goes in.",
  function a_step_takes_its_materials_and_no_others(known, fact) {
    const step = plannedStep(known, fact);
    if (!step) return null;
    const lots = [...new Set(listIn(fact.body.lots))].map((lot) => ({ lot, material: known.of(LOT, lot).material }));
    const lacking = step.materials.filter((material) => !lots.some((each) => each.material === material)).sort();
    const others = lots.filter(({ material }) => !step.materials.includes(material));
    return [
      ...lacking.map((material) => `no lot of ${material} was scanned`),
      ...others.map(({ lot, material }) => `${lot} is ${material || "of no material"}`),
    ];
  });

invariant("GMP-09, GMP-34", [STEP],
  "A device that must be clean was cleaned since another patient's cells, in time, and not too long ago.",
  function a_device_is_clean_of_other_patients(known, fact) {
    const step = plannedStep(known, fact);
    if (!step) return null;
    const { chain } = known.of(BATCH, fact.body.batch);
    const devices = listIn(fact.maybe("equipment") || []).map((device) => ({ device, ...known.of(CLEANING, device) }));
    return devices.filter(({ kind }) => step.clean.includes(kind)).flatMap(({ device, kind, usedFor, cleanedAt, doubt }) => [
      ...unless(["", chain].includes(usedFor), `${device} was not cleaned since ${usedFor}`),
      ...unless(!doubt, `${device} was cleaned too late and nobody judged it`),
      ...unless(usedFor !== "" || !cleanedAt || !isCleanedTooLongAgo(known, kind, cleanedAt, fact), `${device} was cleaned too long ago, ${cleanedAt}`),
    ]);
  });

const isCleanedTooLongAgo = (known, kind, since, { time, entry }) =>
  since === "0" || !atMost(minutesBetween(since, time), known.terms.ofTheHouse(`equipment.clean_hold.${kind}`, entry));

invariant("GMP-10", [STEP, ...BAGS_FILLED],
  "After a step cells wait for as long as the programme allows, or as the quality unit judged.",
  function cells_wait_no_longer_than_was_validated(known, fact) {
    const { steps, version, stepAt, mayWaitUntil } = known.of(MAKING, fact.body.batch);
    if (!steps.length) return null;
    const step = named(known.terms.plan(version).steps, steps[steps.length - 1]);
    if (!step || step.hold_min === null || !isBefore(mayWaitUntil, fact.time)) return [];
    const waited = minutesBetween(stepAt, fact.time);
    return unless(atMost(waited, step.hold_min), `cells waited ${waited.toFixed(0)} min; ${step.hold_min.toFixed(0)} are allowed`);
  });

invariant("GMP-20, GMP-21, GMP-24, GMP-17", [DRAWN],
  "A sample is drawn once, after the step that the plan says, and large enough for its tests.",
  function samples_are_drawn_once_as_planned_and_enough(known, fact) {
    const { steps, version, drawn } = known.of(MAKING, fact.body.batch), name = fact.body.planned;
    const planned = named(known.terms.plan(version).samples, name);
    if (!planned) return [`no sample ${name} is planned`];
    const [value, unit] = need(fact.body.volume, "value", "unit"), last = steps[steps.length - 1] ?? "";
    const isEnough = !planned.least || unit !== planned.least[1] || numberIn(value) >= numberIn(planned.least[0]);
    return [
      ...unless(!drawn.has(name), `${name} was drawn before`),
      ...unless(planned.after === last, `${name} was drawn after ${last || "nothing"}; planned is ${planned.after}`),
      ...unless(isEnough, `${value} of at least ${planned.least?.[0]} was drawn`),
    ];
  });

invariant("CSV-28, TRC-22, GMP-13, GMP-06", [DRAWN, ...BAGS_FILLED, "manufacturing.product_frozen.v1"],
  "Volumes are more than nothing and in their unit, a temperature in its own, and bags no more than planned.",
  function what_is_filled_and_frozen_is_measured(known, fact) {
    if (fact.type === "manufacturing.product_frozen.v1") {
      const [unit] = need(fact.body.end_temperature, "unit");
      return unless(unit === TEMPERATURE, `the freezing ended at so many ${unit}`);
    }
    const [value, unit] = need(fact.body.volume, "value", "unit");
    const isVolume = unless(unit === VOLUME && numberIn(value) > 0, `${value} ${unit} is no volume`);
    if (fact.type === DRAWN) return isVolume;
    const { bags, version } = known.of(MAKING, fact.body.batch), most = known.terms.plan(version).bags_max;
    const isLast = fact.type === "manufacturing.filled.v1", isRoom = bags + 1 < most || (bags + 1 === most && isLast);
    return [...isVolume, ...unless(isRoom, `${bags + 1} bags and the room is not left; ${most} are planned`)];
  });

invariant("GMP-18, GMP-20", [DRAWN, ...BAGS_FILLED],
  "A sample is entered when it is drawn, and a bag when it is closed: nobody knows it afterwards.",
  function what_is_drawn_or_closed_is_entered_at_once(known, fact) {
    const ago = minutesBetween(fact.maybe("drawn_at") || fact.body.filled_at, fact.time);
    const limit = known.terms.ofTheHouse("manufacturing.fill_recorded_within", fact.entry);
    return unless(ago >= 0 && atMost(ago, limit), `it was done ${ago.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });

invariant("GMP-35, GMP-34, TRC-13", ["manufacturing.line_checked.v1", "manufacturing.line_cleared.v1"],
  "Two look at an empty room, one soon after the other, for the same therapy, and no label is missing in it.",
  function a_room_is_cleared_by_two_while_nothing_is_open_in_it(known, fact) {
    const { room } = fact.body, line = known.of(LINE, room), { open } = known.of(ROOM, room);
    const isClear = [...unless(!open, `${open} was open in ${room}`), ...unless(!line.missingOf, `a label of ${line.missingOf} was missing in ${room}`)];
    if (fact.type === "manufacturing.line_checked.v1") return isClear;
    const { first, chain } = fact.body;
    if (line.by !== first || line.chain !== chain) return [...isClear, `${first} had not looked at ${room} for ${chain}`];
    const passed = minutesBetween(line.at, fact.time), limit = known.terms.ofTheHouse("manufacturing.clearance_window", fact.entry);
    return [...isClear, ...unless(atMost(passed, limit), `${passed.toFixed(0)} min lay between the two looks at ${room}`)];
  });

invariant("GMP-S5, GMP-35, SCS-27", [BATCH_STARTED],
  "A batch begins in a place that is kept for its therapy, in a room in which no label is missing.",
  function a_batch_uses_the_slot_that_is_kept_for_it(known, fact) {
    const { chain, room } = fact.body, { state } = known.of(SLOT, chain), { missingOf } = known.of(LINE, room);
    return [
      ...unless(state === "kept", `the slot of ${chain} was ${state || "not kept"}`),
      ...unless(!missingOf, `a label of ${missingOf} was missing in ${room}`),
    ];
  });

invariant("SCS-27", ["manufacturing.slot_confirmed.v1", "manufacturing.slot_moved.v1"],
  "A place is kept once, moved only before its batch begins, and its dates follow one another from now on.",
  function a_slot_is_kept_once_and_moved_before_it_is_used(known, fact) {
    const { chain, start_on, ready_on } = fact.body, { state, collectionOn } = known.of(SLOT, chain);
    const days = [fact.maybe("collection_on") || collectionOn, start_on, ready_on];
    const follow = isBefore(days[0], start_on) && isBefore(start_on, ready_on) && isBefore(fact.time, start_on);
    return [
      ...unless(state !== "used", `the slot of ${chain} was used`),
      ...unless(state !== "kept" || fact.type === "manufacturing.slot_moved.v1", `a place was kept for ${chain} already`),
      ...unless(follow, `${days.join(" and ")} do not follow one another from now on`),
    ];
  });

invariant("GMP-31, TRC-01", ["facility.monitored.v1"],
  "What grew beside cells is counted from nothing on, and put to the batch that was open when it was sampled.",
  function what_is_read_of_a_room_is_of_the_batch_that_was_open(known, fact) {
    const readings = listIn(fact.maybe("readings") || []), batch = fact.maybe("batch");
    const counted = readings.filter(({ count }) => (count ?? null) !== null && count < 0).map(({ count, sample }) => `${count} of ${sample} were counted`);
    if (!batch) return counted;
    const { room, startedAt, filledAt } = known.of(MAKING, batch), { within } = known.of(ROOM, room), { taken_at } = fact.body;
    const slack = known.terms.ofTheHouse("monitoring.samples_after_session_max", fact.entry);
    const isLate = filledAt && !atMost(minutesBetween(filledAt, taken_at), slack);
    return [
      ...counted,
      ...unless([room, within].includes(fact.body.room), `${batch} was open in ${room}`),
      ...unless(!isBefore(taken_at, startedAt) && !isLate, `${batch} was not open at ${taken_at}`),
    ];
  });

const RESUMED = "manufacturing.batch_resumed.v1";

invariant("REG-S5, GMP-19", [STEP, ...BAGS_FILLED, RESUMED, CERTIFIED, UNDER_EXCEPTION],
  "What was being made when making was stopped is not gone on with, nor decided about, before somebody judged it.",
  function what_was_stopped_while_it_was_made_waits_for_a_judgement(known, fact) {
    const { batch } = fact.body, { site, startedAt, resumedAt } = known.of(MAKING, batch);
    const covering = coveringOf(known, known.of(CHAIN, known.of(BATCH, batch).chain));
    if (fact.type === RESUMED) {
      const stands = !covering.length || covering.some((each) => isAllowed(each, "manufacture", fact.time, site, null));
      return unless(stands, `making was stopped when ${batch} was let go on`);
    }
    const stopped = covering.map(({ makingStopped }) => makingStopped).filter((each) => each.at && ["", site].includes(each.site));
    const waits = stopped.filter(({ at }) => !isBefore(at, startedAt) && isBefore(resumedAt, at));
    return waits.map(({ at }) => `making was stopped at ${at}, and nobody judged ${batch} since`);
  });
