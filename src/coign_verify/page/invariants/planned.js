// Invariants of orders and plans: for the patient they name, under rules in force, once, and not before their day.

const [CONDITIONING_ORDERED] = CONDITIONING;

invariant("REG-02, PAT-28", ["clinical.consent_given.v1", "clinical.order_drafted.v1"],
  "Consent is asked and an order prepared under a programme that two put in force.",
  function nothing_is_prepared_for_a_programme_that_is_not_in_force(known, fact) {
    const { programme } = fact.body;
    return unless(known.of(PROGRAMME, programme).version, `no version of ${programme} was in force`);
  });

invariant("PAT-28", CONDITIONING,
  "Conditioning is ordered once on a count, begun once, and not before the day for which it was ordered.",
  function conditioning_is_ordered_once_and_given_from_its_day_on(known, fact) {
    const { chain } = fact.body, { begun, firstDay } = known.of(PLAN, chain);
    if (begun) return [`conditioning for ${chain} had begun already`];
    if (fact.type === CONDITIONING_ORDERED) return unless(!firstDay, `conditioning for ${chain} was ordered already, from ${firstDay} on`);
    return unless(!isBefore(fact.time, firstDay), `it was begun before its first day, ${firstDay}`);
  });

invariant("PAT-28", [CONDITIONING_ORDERED],
  "Nobody is conditioned for a day on which the product will have expired.",
  function the_product_lasts_until_the_day_it_is_planned_for(known, fact) {
    const day = fact.body.planned_infusion, products = [...known.of(CHAIN, fact.body.chain).products].sort();
    const there = products.map((unit) => ({ unit, ...known.of(UNIT, unit) })).filter(({ ended, rejected }) => !ended && !rejected);
    const short = there.filter(({ expires }) => !expires || !isBefore(day, expires));
    return short.map(({ unit, expires }) => `${unit} expires on ${expires || "no day"}, before ${day}`);
  });

invariant("PAT-29", [CONDITIONING_ORDERED],
  "What a patient is conditioned for is worked out from a weight that is no older than the programme allows.",
  function conditioning_rests_on_a_weight_that_still_counts(known, fact) {
    const { chain } = fact.body, weighed = (isTrue(fact.maybe("weight")) && fact.maybe("examined_at")) || known.of(PLAN, chain).weighedOn;
    if (!weighed) return null;
    const limit = known.terms.minutes(known.of(CHAIN, chain).version, "weight_age_max"), passed = minutesBetween(weighed, fact.time);
    return unless(atMost(passed, limit), `the weight of ${weighed} was ${passed.toFixed(0)} min old; ${limit.toFixed(0)} are allowed`);
  });

invariant("PAT-28, PAT-30, PAT-33", [CONDITIONING_ORDERED, "infusion.emergency_requested.v1"],
  "Nobody is conditioned who was found unfit, or asked about in an emergency who could be told and was not.",
  function nobody_is_made_to_depend_on_cells_unfit_or_untold(known, fact) {
    if (fact.maybe("fit") === "not_fit") return [`${fact.body.patient} was found not fit for conditioning`];
    return unless(fact.maybe("patient_informed") !== "no", "the patient was not told");
  });

/** Whether a legal basis lets this patient have the product: some name patients, one is of a single state. */
function mayReceive(known, basis, { product, patient, maker, centre }) {
  if (["expanded_access", "named_patient"].includes(basis)) return known.of(RECIPIENT, patient).products.has(product);
  const made = known.of(ORGANISATION, maker).country, given = known.of(ORGANISATION, centre).country;
  return basis !== "hospital_exemption" || made === given;
}

invariant("REG-01, REG-17", ["identity.chain_begun.v1"],
  "A product for named patients is ordered for those, and one that one state exempts is made and given there.",
  function a_product_is_ordered_for_whom_its_legal_basis_names(known, fact) {
    const { product, centre, patient } = fact.body;
    const covering = coveringOf(known, { product, centre });
    const now = covering.filter(({ validFrom, validUntil }) => !isBefore(fact.time, validFrom) && isBefore(fact.time, validUntil));
    if (!now.length) return null;
    return unless(now.some(({ basis }) => mayReceive(known, basis, fact.body)), `${patient} was not among those who may receive ${product}`);
  });

invariant("TRC-10, TRC-12, TRC-24", ["clinical.patient_enrolled.v1", "clinical.identity_corrected.v1"],
  "A hospital number belongs to one patient: one human, one record.",
  function one_hospital_number_one_patient(known, fact) {
    const { patient } = fact.body, number = fact.maybe("number");
    if (!number) return null;
    const { bearer } = known.of(NUMBER, number);
    return unless(bearer === "" || bearer === patient, `the number of ${patient} belongs to ${bearer} already`);
  });

invariant("TRC-S3, TRC-25, TRC-09", ["clinical.identity_corrected.v1", "clinical.identity_settled.v1"],
  "Once a therapy was ordered a document shows a change of identity; it is settled for a therapy of that patient.",
  function who_a_patient_is_changes_by_document_and_for_their_own_therapy(known, fact) {
    const { patient } = fact.body, { chains } = known.of(THERAPIES, patient);
    if (fact.type !== "clinical.identity_settled.v1")
      return unless(isTrue(fact.maybe("evidence")) || !chains.size, `${patient} has a therapy, and no document shows the change`);
    const { chain } = fact.body;
    if ("matches" in fact.held && !fact.held.matches) return [`what was read is not what stands in the record of ${patient}`];
    return unless(chains.has(chain), `${chain} is no therapy of ${patient}`);
  });

invariant("TRC-09, TRC-12", ["collection.identity_checked.v1"],
  "Nobody is looked up at the chair for a collection while one runs for the same therapy.",
  function one_patient_on_one_machine(known, fact) {
    const { chain } = fact.body;
    return unless(!known.of(PLAN, chain).onTheChair, `a collection for ${chain} was running`);
  });

invariant("TRC-27", ["closing.therapy_ended.v1"],
  "What becomes of containers is decided for those of the therapy that ends, for each of them once.",
  function what_is_decided_at_the_end_is_of_that_therapy(known, fact) {
    const { chain } = fact.body, units = listIn(fact.maybe("decisions") || []).map((each) => need(each, "unit")[0]);
    const others = units.map((unit) => ({ unit, of: known.of(UNIT, unit).chain })).filter(({ of }) => of !== chain);
    const twice = [...new Set(units.filter((unit, n) => units.indexOf(unit) !== n))].sort();
    return [...others.map(({ unit, of }) => `${unit} belongs to ${of}`), ...twice.map((unit) => `${unit} was decided about twice`)];
  });

invariant("TRC-13, TRC-27", ["closing.disposal_recorded.v1"],
  "When two scanned different containers, neither is disposed of before somebody knows which one is gone.",
  function nothing_is_disposed_of_while_two_differ_about_it(known, fact) {
    const { unit } = fact.body;
    return unless(!known.of(DIFFERING, unit).differs, `two differ about which container ${unit} is`);
  });
