// Invariants of a therapy and its patient: ordered, agreed to, allowed, and conditioned only for what is there.

const ORDERED = "clinical.ordered.v1", COLLECTION_STARTED = "collection.started.v1", BATCH_STARTED = "manufacturing.batch_started.v1";
const CONDITIONING = ["clinical.conditioning_started.v1", "clinical.conditioning_begun.v1"], PACKED = "logistics.packed.v1";

invariant("TRC-09, CSV-08, CSV-14", [ORDERED],
  "A therapy is ordered by the prescriber whom the draft names, and by nobody else.",
  function nobody_orders_but_the_prescriber(known, fact) {
    const { patient, programme, prescriber } = fact.body;
    const draft = known.of(PATIENT, patient).drafts.find((each) => each.programme === programme);
    if (draft?.prescriber !== prescriber) return [`${fact.body.chain} was ordered by ${prescriber}; the draft names ${draft?.prescriber ?? "nobody"}`];
    return unless(fact.person === prescriber, `${fact.person} ordered in place of ${prescriber}`);
  });

invariant("TRC-09, TRC-10", ["identity.chain_begun.v1"],
  "A chain of identity begins once, for one patient, with the order that is signed in the same entry.",
  function a_chain_begins_once_with_an_order(known, fact) {
    const { chain } = fact.body;
    if (known.of(CHAIN, chain).patient) return [`${chain} had begun before`];
    const orders = fact.beside(ORDERED).map((each) => [each.chain, each.patient]);
    const itsOwn = orders.length === 1 && orders[0][0] === chain && orders[0][1] === fact.body.patient;
    return unless(itsOwn, `${chain} began without its order`);
  });

invariant("PAT-33, PAT-28", [ORDERED, COLLECTION_STARTED, "clinical.conditioning_started.v1", "infusion.issued.v1", ...GIVEN],
  "A therapy is ordered, cells are collected, a patient is conditioned or infused only while their consent holds.",
  function nothing_is_begun_without_consent_in_force(known, fact) {
    const therapy = known.of(CHAIN, fact.body.chain);
    const patient = therapy.patient || (fact.maybe("patient") ?? ""), programme = therapy.programme || (fact.maybe("programme") ?? "");
    const agreed = known.of(PATIENT, patient).consents.some((each) => isConsent(each, { programme, purpose: "treatment" }));
    return unless(agreed, `${patient || "nobody"} had not agreed to treatment when ${fact.type} was done`);
  });

const SOMEBODY_ELSE = (chain) => `a wristband of somebody else had been scanned for ${chain}, and nobody found out why`;

invariant("TRC-12, TRC-13", [COLLECTION_STARTED],
  "Cells are collected when two different people found the right patient in the chair; one check serves once.",
  function cells_are_taken_from_whom_two_found(known, fact) {
    const { chain } = fact.body, { waits, atTheChair } = known.of(CHAIN, chain);
    if (waits.length) return [SOMEBODY_ELSE(chain)];
    if (!atTheChair) return [`no two people had found the patient of ${chain} in the chair`];
    return unless(atTheChair[0] !== atTheChair[1], `${atTheChair[0]} alone looked for ${chain}`);
  });

invariant("TRC-12", ["collection.identity_confirmed.v1"],
  "Whoever is found in the chair is the patient of the chain of identity.",
  function whom_two_found_is_the_patient_of_the_chain(known, fact) {
    const { chain, patient } = fact.body, therapy = known.of(CHAIN, chain);
    if (therapy.waits.length) return [SOMEBODY_ELSE(chain)];
    return unless(patient === therapy.patient, `${patient} was found for ${chain} of ${therapy.patient}`);
  });

invariant("TRC-13, TRC-S1", ["collection.mismatch_resolved.v1"],
  "A wristband of somebody else at the chair is explained by somebody who had no part in the check.",
  function who_was_scanned_at_the_chair_is_found_out_by_a_third(known, fact) {
    const { waits } = known.of(CHAIN, fact.body.chain);
    return unless(!waits.includes(fact.person), `${fact.person} had a part in the check and resolved it`);
  });

invariant("PAT-28, SCS-13", CONDITIONING,
  "Conditioning is ordered and begun only when the whole product is released, cold, at the centre, and counted.",
  function nobody_is_conditioned_for_what_is_not_there(known, fact) {
    const { chain, patient } = fact.body, therapy = known.of(CHAIN, chain);
    if (patient !== therapy.patient) return [`${patient} is not the patient of ${chain}`];
    if (fact.type === "clinical.conditioning_begun.v1" && !therapy.conditioningOrdered)
      return [`conditioning for ${chain} was begun and nobody had ordered it`];
    const made = [...therapy.products].sort().map((unit) => ({ unit, ...known.of(UNIT, unit) }));
    const there = made.filter(({ ended, rejected }) => !ended && !rejected);
    if (!there.length) return [`${chain} has no product`];
    return there.flatMap((state) => [
      ...unless(therapy.counted.includes(state.unit), `${state.unit} had not been counted`),
      ...unless(state.answered, `nobody answers for ${state.unit}`),
      ...unless(!state.stops.length, `${state.unit} stands still: ${firstStop(state)}`),
      ...unless(state.receivedBy === therapy.centre, `${state.unit} is not at ${therapy.centre}`),
      ...unless(!isWarmthInDoubt(known.of(WARMTH, state.unit), fact.time), `${state.unit} was too warm`),
    ]);
  });

/** What an authorisation allows, by the fact that says that it was done. */
const ALLOWED = {
  [ORDERED]: "new_orders", [COLLECTION_STARTED]: "collection", [BATCH_STARTED]: "manufacture", [PACKED]: "dispatch",
  [STARTED]: "administration", [IN_EMERGENCY]: "administration",
};

invariant("REG-02, REG-S5", Object.keys(ALLOWED),
  "Nothing is ordered, collected, made, sent or given that no authorisation in force covers, or that one stops.",
  function a_stopped_authorisation_stops_the_act_it_names(known, fact) {
    return notAllowed(known, ALLOWED[fact.type], fact.maybe("chain") || known.of(UNIT, fact.body.unit).chain, fact);
  });

/** Authorisations of a therapy's product that cover its centre. */
const coveringOf = (known, { product, centre }) =>
  known.of(PRODUCT, product).authorisations.map((each) => known.of(AUTHORISATION, each)).filter(({ centres }) => centres.includes(centre));

/** Why no authorisation allows an act of a therapy at the instant of this fact; nothing where one does. */
function notAllowed(known, act, chain, fact) {
  const therapy = known.of(CHAIN, chain);
  const { product, centre } = fact.beside("identity.chain_begun.v1")[0] ?? therapy;
  const covering = coveringOf(known, { product, centre });
  if (!covering.length) return [`no authorisation of ${product} covers ${centre}`];
  const decided = act === "administration" ? therapy.mayBeGiven : null;
  const site = fact.maybe("site") || "", named = covering.filter(({ sites }) => !site || sites.includes(site));
  const allowed = named.some((each) => isAllowed(each, act, fact.time, site, decided));
  return unless(allowed, `${act} of ${product} for ${centre} was stopped or out of date`);
}

invariant("PAT-28, GMP-06, GMP-S6", ["identity.chain_begun.v1"],
  "A therapy begins under the version of the programme in force, for a patient whom a physician found fit for it.",
  function a_therapy_runs_under_what_two_put_in_force(known, fact) {
    const { programme, version, patient } = fact.body;
    return [
      ...unless(known.of(PROGRAMME, programme).version === version, `${String(version).slice(0, 8)} of ${programme} is not in force`),
      ...unless(known.of(PATIENT, patient).fitSince.some((each) => each.programme === programme), `nobody had found ${patient} fit for ${programme}`),
    ];
  });

/** Acts on a patient that wait while somebody has still to settle who they are. */
const ON_A_PATIENT = [COLLECTION_STARTED, ...CONDITIONING, "infusion.issued.v1", THAWED, STARTED];

invariant("TRC-25, TRC-S3", ON_A_PATIENT,
  "After a change of who the patient is nothing is done to them before a second person settled it.",
  function a_changed_identity_is_settled_by_two(known, fact) {
    const { patient } = known.of(CHAIN, fact.body.chain), { unsettledBy } = known.of(PATIENT, patient);
    return unless(!unsettledBy, `what ${unsettledBy} changed of ${patient} was not settled`);
  });

invariant("CSV-02, GMP-18, GMP-19", ["quality.certified.v1", "quality.supplied_under_exception.v1", ...CONDITIONING, "infusion.issued.v1", THAWED, STARTED],
  "Nothing is released, conditioned for or given on values of which somebody said that one is wrong.",
  function nothing_rests_on_a_value_under_correction(known, fact) {
    const homes = fact.type.startsWith("quality.") ? fact.subjects("batch", "chain") : fact.subjects("chain");
    return homes.flatMap((home) =>
      [...known.of(CORRECTIONS, home).cases].sort().map((each) => `a value of ${home} is under correction (${each})`));
  });

invariant("TRC-13, TRC-12", ["collection.identity_confirmed.v1", COLLECTION_STARTED],
  "The two looks at the chair, and the collection after them, lie within the programme's window.",
  function the_second_follows_the_first_at_the_chair(known, fact) {
    const { version, checked, foundAt } = known.of(CHAIN, fact.body.chain);
    const isSecondLook = fact.type !== COLLECTION_STARTED;
    if (isSecondLook && checked?.by !== fact.body.first) return [`${fact.body.first} is named as the first at the chair and did not look`];
    const begun = isSecondLook ? checked?.at : foundAt;
    if (!begun) return null;
    const window = known.terms.minutes(version, "identity_check_window"), passed = minutesBetween(begun, fact.time);
    return unless(atMost(passed, window), `${passed.toFixed(1)} min had passed at the chair; ${window.toFixed(0)} are allowed`);
  });

invariant("TRC-27, TRC-10", [...ON_A_PATIENT, BATCH_STARTED, "manufacturing.sample_drawn.v1", "manufacturing.bag_filled.v1", "manufacturing.filled.v1"],
  "Once a therapy is over nothing of it is begun, and no container is filled for it.",
  function nothing_is_begun_after_the_end(known, fact) {
    return unless(!known.of(CHAIN, fact.body.chain).ended, `${fact.body.chain} was over`);
  });

invariant("GMP-S7, SCS-20, GMP-04", [BATCH_STARTED, "quality.certified.v1", PACKED, ...CONDITIONING, "infusion.issued.v1", STARTED],
  "What lots on hold, rejected or suspect have touched is not made further, released, sent or given.",
  function what_a_lot_in_doubt_touched_stands_still(known, fact) {
    const units = fact.subjects("unit", "units", "further").map((unit) => known.of(UNIT, unit));
    const chains = [...fact.subjects("chain"), ...units.map(({ chain }) => chain)].filter(Boolean);
    // Conditioning names no container: it is for all that was made for the therapy.
    const made = CONDITIONING.includes(fact.type) ? chains.flatMap((chain) => [...known.of(CHAIN, chain).products]) : [];
    const batches = [...fact.subjects("batch"), ...units.map(({ batch }) => batch), ...made.map((unit) => known.of(UNIT, unit).batch)];
    // What touched cells at their collection left the centre with them, before anybody can have doubted it there.
    const atCollection = chains.flatMap((chain) => [...known.of(CHAIN, chain).lots]);
    const lots = new Set([...(fact.type === PACKED ? [] : atCollection), ...batches.filter(Boolean).flatMap((batch) => [...known.of(BATCH, batch).lots])]);
    if (!lots.size) return null;
    return [...lots].sort().filter((lot) => isLotInDoubt(known.of(LOT, lot))).map((lot) => `${lot} is in doubt`);
  });

const isOld = (known, version, limit, since, now) => !atMost(minutesBetween(since, now), known.terms.minutes(version, limit));

invariant("PAT-28, PAT-29", [ORDERED],
  "A therapy is ordered on a weight and an eligibility that are no older than the programme allows.",
  function an_order_rests_on_findings_that_still_count(known, fact) {
    const [begun] = fact.beside("identity.chain_begun.v1");
    if (!begun) return null;
    const { version } = begun, { patient, programme, weighed_on } = fact.body;
    const found = known.of(PATIENT, patient).fitSince.find((each) => each.programme === programme);
    const asked = { weight_age_max: weighed_on, eligibility_valid: found?.since };
    return Object.entries(asked).filter(([limit, since]) => since && isOld(known, version, limit, since, fact.time))
      .map(([limit]) => `${limit} was exceeded for ${patient}`);
  });

invariant("PAT-28", CONDITIONING,
  "Conditioning is ordered and begun on a count of the product that is no older than the programme allows.",
  function conditioning_rests_on_a_count_that_still_counts(known, fact) {
    const { countedAt, version } = known.of(CHAIN, fact.body.chain);
    if (!countedAt) return null;
    return unless(!isOld(known, version, "product_confirmation_valid", countedAt, fact.time), `the product of ${fact.body.chain} was counted on ${countedAt}`);
  });
