// Invariants of what houses answer for: access, authorisations, versions, suppliers, packs, learning.

/** How long something counts at most, by the rule that says so. */
const LASTS_AT_MOST = {
  "supply.supplier_qualified.v1": "supply.supplier_valid_max",
  "training.qualified.v1": "training.qualification_valid_max",
};

/** What administrators do for a house that the fact names, or for whoever the person works for. */
const FOR_A_HOUSE = [
  "people.role_granted.v1", "people.role_revoked.v1", "people.administrator_proposed.v1", "people.access_confirmed.v1",
  "people.access_ended.v1",
];
const FOR_A_PERSON = [
  "people.authenticator_proposed.v1", "people.authenticator_enrolled.v1", "people.authenticator_revoked.v1",
  "people.authenticator_tested.v1", "people.reset_proposed.v1", "people.credentials_reset.v1", "people.person_left.v1",
];

invariant("CSV-06, CSV-18, CSV-24", [...FOR_A_HOUSE, ...FOR_A_PERSON],
  "Roles and keys are given and taken by administrators of the house itself, or of the one that brought it in.",
  function access_is_given_by_the_house_that_answers(known, fact) {
    const { role, organisation } = fact.actor;
    if (role === "setup") return null;
    const house = FOR_A_HOUSE.includes(fact.type) ? fact.body.organisation : known.of(PERSON, fact.body.person).employer;
    const answers = [house, known.of(ORGANISATION, house).broughtInBy].filter(Boolean);
    if (answers.includes(organisation)) return [];
    return [`${organisation} decided about access of ${fact.body.person} for ${house || "nobody"}`];
  });

/** What nobody does for themselves: to take a key or a role away from oneself is no harm. */
const NOT_FOR_ONESELF = [
  "people.authenticator_proposed.v1", "people.authenticator_enrolled.v1", "people.authenticator_tested.v1",
  "people.reset_proposed.v1", "people.credentials_reset.v1", "people.person_left.v1", "people.administrator_proposed.v1",
  "people.access_confirmed.v1", "people.access_ended.v1",
];

invariant("CSV-06, CSV-18", NOT_FOR_ONESELF,
  "No administrator enrols, tests, resets, reviews or proposes themselves.",
  function nobody_vouches_for_themselves(known, fact) {
    return unless(fact.person !== fact.body.person, `${fact.person} vouched for themselves (${fact.type})`);
  });

invariant("CSV-06, CSV-18", ["people.role_granted.v1"],
  "After the set-up somebody becomes an administrator when one proposed them and another one agrees.",
  function an_administrator_is_made_by_two(known, fact) {
    if (fact.body.role !== "admin" || !known.of(LEDGER, THIS).setUp) return null;
    const { person } = fact.body, proposer = known.of(PERSON, person).administratorProposedBy;
    if (!proposer) return [`nobody had proposed ${person} as an administrator`];
    return unless(proposer !== fact.person, `${proposer} made ${person} an administrator alone`);
  });

invariant("CSV-06, CSV-18", ["people.role_granted.v1", "people.credentials_reset.v1"],
  "A second administrator agrees to a reset, or to a new administrator, soon after the first one asked for it.",
  function what_was_proposed_is_agreed_to_while_it_is_fresh(known, fact) {
    const { administratorProposedAt, resetProposedAt } = known.of(PERSON, fact.body.person);
    const isGrant = fact.type === "people.role_granted.v1";
    if (isGrant && fact.body.role !== "admin") return null;
    const since = isGrant ? administratorProposedAt : resetProposedAt;
    if (!since) return null;
    const passed = minutesBetween(since, fact.time), limit = known.terms.ofTheHouse("account.proposal_valid", fact.entry);
    return unless(atMost(passed, limit), `it was proposed ${passed.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });

// What authorities allow

/** What is decided about an authorisation that stands. */
const DECISIONS = [
  "regulatory.authorisation_varied.v1", "regulatory.authorisation_renewed.v1", "regulatory.authorisation_suspended.v1",
  "regulatory.suspension_lifted.v1", "regulatory.authorisation_revoked.v1", "regulatory.condition_imposed.v1",
];

const keeperOf = (known, fact) => known.of(AUTHORISATION, fact.body.authorisation).keptBy;

invariant("REG-02, CSV-24", [...DECISIONS, "regulatory.authorisation_granted.v1"],
  "An authority decides; a holder enters what came by letter for itself alone, and undoes no authority's word.",
  function nobody_allows_themselves_what_an_authority_decides(known, fact) {
    const { role, organisation } = fact.actor;
    if (role === "authority") return unless(["", "authority"].includes(known.of(ORGANISATION, organisation).category), `${organisation} is no authority`);
    const answers = DECISIONS.includes(fact.type) ? keeperOf(known, fact) : fact.body.holder;
    return unless(answers === "" || answers === organisation, `${organisation} decided in place of ${answers}`);
  });

invariant("REG-02", ["regulatory.fulfilment_judged.v1"],
  "That a condition is fulfilled is judged by an authority, or by somebody else than reported it.",
  function nobody_accepts_their_own_word(known, fact) {
    const { role, organisation } = fact.actor;
    if (role === "authority") return [];
    const { conditions } = known.of(REPORTED, fact.body.authorisation), { condition } = fact.body;
    const own = conditions.some((each) => each.condition === condition && each.person === fact.person), keeper = keeperOf(known, fact);
    return [
      ...unless(!own, `${fact.person} reported it and judged it`),
      ...unless(keeper === "" || keeper === organisation, `${keeper} judges it, not ${organisation}`),
    ];
  });

invariant("REG-02, PAT-28", ["regulatory.authorisation_granted.v1"],
  "For one product, one jurisdiction and one legal basis there is one authorisation at a time.",
  function one_authorisation_answers_for_one_thing(known, fact) {
    const others = known.of(PRODUCT, fact.body.product).authorisations.map((name) => ({ name, ...known.of(AUTHORISATION, name) }));
    const alike = others.filter(({ jurisdiction, basis }) => jurisdiction === fact.body.jurisdiction && basis === fact.body.basis);
    return alike.filter((each) => isInForce(each, fact.time)).map(({ name }) => `${name} holds for it already`);
  });

invariant("REG-02, CSV-24", ["regulatory.authorisation_granted.v1", "regulatory.authorisation_varied.v1"],
  "What an authorisation names as a centre treats patients, and what it names as a maker makes.",
  function patients_are_treated_at_treatment_centres(known, fact) {
    const named = [
      ...listIn(fact.body.centres).map((house) => ["treatment_centre", house]), ...listIn(fact.maybe("makers") || []).map((house) => ["maker", house]),
    ];
    return named.filter(([kind, house]) => !["", kind].includes(known.of(ORGANISATION, house).category)).map(([kind, house]) => `${house} is no ${kind}`);
  });

invariant("REG-02, CSV-24", ["regulatory.authorisation_granted.v1", "regulatory.authorisation_varied.v1"],
  "Centres that an authorisation names lie where its authority decides.",
  function an_authority_allows_what_happens_in_its_country(known, fact) {
    const place = fact.maybe("jurisdiction") || known.of(AUTHORISATION, fact.body.authorisation).jurisdiction;
    const there = listIn(fact.body.centres).map((centre) => ({ centre, country: known.of(ORGANISATION, centre).country }));
    return there.filter(({ country }) => known.terms.jurisdiction(country, fact.entry) !== place).map(({ centre }) => `${centre} is not in ${place}`);
  });

/** Legal bases on which a product of a stage is given, where they are no trial or exception (REG-01). */
const ONLY_BASIS = { preclinical: "none", authorised: "marketing_authorisation" };

invariant("REG-01, REG-02",
  ["regulatory.product_basis_recorded.v1", "regulatory.authorisation_granted.v1", "regulatory.authorisation_varied.v1"],
  "Before trials nothing is given; a marketing authorisation is for an authorised product, and for no other.",
  function a_basis_fits_its_stage(known, fact) {
    const { stage, basis } = fact.body;
    const fits = Object.hasOwn(ONLY_BASIS, stage) ? basis === ONLY_BASIS[stage] : !Object.values(ONLY_BASIS).includes(basis);
    return unless(fits, `${stage} on the basis of ${basis}`);
  });

invariant("REG-02", ["regulatory.application_decided.v1", "regulatory.authorisation_granted.v1"],
  "An application is decided once every question is answered; what is granted on one was approved in it.",
  function what_is_granted_was_asked_answered_and_approved(known, fact) {
    const application = fact.maybe("application");
    if (!application) return null;
    const { asked, verdict, product, jurisdiction } = known.of(APPLICATION, application);
    if (fact.type === "regulatory.application_decided.v1") return [...asked].map((number) => `question ${number} of ${application} waited`);
    if (verdict !== "approved") return [`${application} was not approved`];
    return unless(product === fact.body.product && jurisdiction === fact.body.jurisdiction, `${application} is about ${product} in ${jurisdiction}`);
  });

invariant("REG-02, REG-S5", ["regulatory.authorisation_suspended.v1"],
  "A suspension stops an act that was not stopped; one place is stopped from making alone, if it is named at all.",
  function a_suspension_stops_something(known, fact) {
    const { stops, sites } = known.of(AUTHORISATION, fact.body.authorisation), acts = fact.body.scope, site = fact.maybe("site");
    if (!isTrue(acts)) return ["it stops nothing"];
    const stopped = stops.filter((stop) => !stop.site || stop.site === site).flatMap((stop) => stop.acts);
    return [
      ...unless(!site || sites.includes(site), `${site} is not on it`),
      ...unless(!site || same(acts, ["manufacture"]), `${site} alone was stopped from ${acts.join(", ")}`),
      ...unless(acts.some((act) => !stopped.includes(act)), `${acts.join(", ")} had been stopped before`),
    ];
  });

invariant("REG-02, PAT-28", ["regulatory.administration_decided.v1"],
  "Where administration is stopped, whoever the stop names decides for a patient, and only while it is stopped.",
  function who_is_named_decides_about_a_patient(known, fact) {
    const { stops } = known.of(AUTHORISATION, fact.body.authorisation);
    const named = stops.filter(({ acts }) => acts.includes("administration")).map(({ decider }) => decider);
    if (!named.length) return ["nothing stopped administration"];
    const { decider } = fact.body;
    return unless(decider !== "nobody" && named.includes(decider), `${decider} is not named to decide`);
  });

// Versions

invariant("GMP-06, GMP-27, TRN-03", ["regulatory.programme_approved.v1", "training.course_approved.v1"],
  "The second person puts in force exactly the file that the first one proposed.",
  function what_is_approved_is_what_was_proposed(known, fact) {
    const { proposed } = known.of(VERSION, fact.maybe("programme") || fact.body.course), { version } = fact.body;
    return unless(version === proposed, `${String(version).slice(0, 12)} was approved, ${proposed.slice(0, 12) || "nothing"} proposed`);
  });

// Stores

invariant("GMP-04, GMP-05, SCS-01", ["supply.lot_approved.v1"],
  "A lot is approved in date, from a supplier that is qualified, and with a statement where it came of an animal.",
  function a_lot_is_approved_from_a_supplier_that_stands(known, fact) {
    const { lot } = fact.body, { expires, supplier, material, originStated } = known.of(LOT, lot);
    const inDate = unless(isBefore(fact.time, expires), `${lot} had expired`);
    if (!supplier) return inDate;
    const supplied = known.of(SUPPLIER, supplier).materials.find((each) => each.material === material);
    if (!supplied || supplied.stopped) return [...inDate, `${supplier} was not, or no more, qualified for ${material}`];
    const isFree = !["animal", "human"].includes(supplied.origin) || originStated;
    return [...inDate, ...unless(isFree, `${lot} is of ${supplied.origin} origin without a statement`)];
  });

invariant("GMP-04, SCS-16", ["supply.lot_held.v1", "supply.lot_approved.v1", "supply.lot_retested.v1"],
  "A lot that is held or suspect is neither held again nor approved nor given more time before that is settled.",
  function a_lot_on_hold_waits(known, fact) {
    const { lot } = fact.body, { expires, onHold, suspect } = known.of(LOT, lot);
    if (expires && isBefore(expires, fact.maybe("retest_by") || "")) return [`${lot} would be tested again after it expired`];
    return unless(!onHold && !suspect, `${lot} was on hold or suspect`);
  });

invariant("SCS-15, SCS-16, GMP-04", ["supply.pack_used.v1"],
  "A pack is used in date, and only of a lot that may be used.",
  function a_pack_is_as_good_as_its_lot(known, fact) {
    const { serial } = fact.body, { lot, expiresOn } = known.of(SERIAL, serial);
    if (!lot) return null;
    if (expiresOn && isBefore(expiresOn, fact.time.slice(0, 10))) return [`${serial} had expired on ${expiresOn}`];
    return unless(mayLotBeUsed(known.of(LOT, lot), fact.time), `${lot} of ${serial} might not be used`);
  });

invariant("SCS-16", ["supply.suspicion_cleared.v1"],
  "Suspect product goes back into use when packs were checked and none of them was wrong.",
  function nothing_is_cleared_of_which_a_part_was_wrong(known, fact) {
    const { wrong } = known.of(SUSPICION, fact.body.case);
    return unless(!wrong, `${wrong} packs were wrong`);
  });

invariant("SCS-01, TRN-08, TRN-05", Object.keys(LASTS_AT_MOST),
  "A supplier is looked into again in time, and a skill is shown anew.",
  function nothing_is_qualified_for_too_long(known, fact) {
    const certified = fact.maybe("certified_on") || fact.time, since = isBefore(certified, fact.time) ? certified : fact.time;
    const lasts = minutesBetween(since, fact.body.until), most = known.terms.ofTheHouse(LASTS_AT_MOST[fact.type], fact.entry);
    return unless(atMost(lasts, most), `it would last ${(lasts / 1440).toFixed(0)} days; ${(most / 1440).toFixed(0)} are allowed`);
  });

// Learning

invariant("TRN-06, TRN-S5", ["training.attempt_handed_in.v1", "training.attempt_decided.v1"],
  "An attempt is handed in by whoever began it, and not decided by them, nor by whom its answers look like.",
  function answers_count_for_whoever_gives_them(known, fact) {
    const { person, alike } = known.of(ATTEMPT, fact.body.attempt);
    if (fact.type === "training.attempt_handed_in.v1") return unless(fact.person === person, `${fact.person} handed in for ${person || "nobody"}`);
    const concerned = [person, ...(alike ? [known.of(ATTEMPT, alike).person] : [])];
    return unless(!concerned.includes(fact.person), `${fact.person} decided about answers like their own`);
  });

invariant("TRN-01, TRN-04, TRN-06", ["training.practice_observed.v1"],
  "Whoever practises a task has passed its questions, and is watched by somebody qualified for it.",
  function practice_follows_theory_and_is_seen_by_who_masters_it(known, fact) {
    const { learner, course, task } = fact.body;
    const theory = known.of(LEARNER, learner).passed.some((each) => each.course === course && each.counts && each.version === fact.body.version);
    const masters = mayDo(known.of(PERSON, fact.person), task, fact.time);
    return [...unless(theory, "the theory was not passed"), ...unless(masters, `${fact.person} was not qualified for ${task}`)];
  });

invariant("TRN-03, TRN-S1", ["training.extension_asked.v1", "training.extension_approved.v1"],
  "A qualification is extended when somebody asked for it, and once until the skill was shown again.",
  function an_extension_is_asked_for_and_given_once(known, fact) {
    const { person, task } = fact.body, { asked, given } = known.of(EXTENSIONS, person);
    if (given.has(task)) return [`${task} of ${person} had been extended before`];
    return unless(fact.type === "training.extension_asked.v1" || asked.has(task), `nobody had asked to extend ${task} of ${person}`);
  });

invariant("TRN-03, TRN-S1", ["training.extension_asked.v1"],
  "More time is asked for by hours, and for a task that the person was qualified for until lately.",
  function an_extension_bridges_a_short_gap(known, fact) {
    const { person, task, until } = fact.body, longest = known.terms.ofTheHouse("training.extension_max", fact.entry);
    const short = unless(atMost(minutesBetween(fact.time, until), longest), "it is no short time");
    const end = known.of(PERSON, person).qualifications.find((each) => each.task === task)?.until ?? "";
    if (!end || !isBefore(end, until)) return [...short, end ? `it lasts until ${end}` : "it was never held"];
    const gap = known.terms.ofTheHouse("training.extension_after_end_max", fact.entry);
    return atMost(minutesBetween(end, fact.time), gap) ? short : [...short, `it had ended on ${end}`];
  });
