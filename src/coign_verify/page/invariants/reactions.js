// Invariants of what is told of patients after their cells: of the right case, by the right house, in true sums.

const SENT = "safety.submission_recorded.v1", ANSWERED = "safety.submission_answered.v1";
const FOLLOWED_UP = "safety.event_followed_up.v1", KNOWN_BEFORE = "safety.earlier_knowledge_found.v1";
const STATED = "safety.causality_stated.v1", EVENT_REPORTED = "safety.event_reported.v1";
const OF_AN_EVENT = [FOLLOWED_UP, KNOWN_BEFORE, STATED, "safety.causality_assessed.v1", "safety.expectedness_assessed.v1"];
const BY_THE_SPONSOR = [KNOWN_BEFORE, "safety.causality_assessed.v1", "safety.expectedness_assessed.v1", SENT, ANSWERED];

invariant("PAT-01, PAT-05, PAT-10, REG-03", [...OF_AN_EVENT, SENT, ANSWERED],
  "What is judged, sent or answered is about an event that its own case holds; what is answered was sent.",
  function what_is_said_of_a_case_is_about_one_of_its_events(known, fact) {
    const story = known.of(CASE, fact.body.case), duty = fact.maybe("duty");
    if (fact.type === ANSWERED) return unless(story.sent.has(fact.body.duty), `${duty} was answered and never sent`);
    let event = fact.maybe("event");
    // Whose rules, which clock, the number of the event, and a day if there are several.
    if (fact.type === SENT) event = /^\d+$/.test(fact.body.duty.split(".")[2] ?? "") ? Number(fact.body.duty.split(".")[2]) : null;
    return unless(event !== null && firstKnown(story, event) !== undefined, `${fact.body.case} has no event ${duty || event}`);
  });

invariant("PAT-02, CSV-04", [...BY_THE_SPONSOR, EVENT_REPORTED, STATED],
  "Who saw the patient tells what was seen; who answers for the product judges it and sends what is owed.",
  function a_case_is_told_by_its_centre_and_judged_by_its_sponsor(known, fact) {
    const story = known.of(CASE, fact.body.case), here = fact.actor.organisation;
    const { centre } = fact.beside("safety.case_opened.v1")[0] ?? story;
    const house = BY_THE_SPONSOR.includes(fact.type) ? story.sponsor : centre;
    return unless(here === house, `${here} did ${fact.type} in place of ${house || "nobody"}`);
  });

invariant("PAT-01", [EVENT_REPORTED, FOLLOWED_UP],
  "An event is fatal by its outcome and by its criteria, or by neither.",
  function a_death_is_told_in_both_places(known, fact) {
    const { criteria, outcome } = fact.body;
    return unless(criteria.includes("death") === (outcome === "fatal"), `outcome ${outcome}, criteria ${criteria.join(", ")}`);
  });

invariant("PAT-04, REG-03", [FOLLOWED_UP, KNOWN_BEFORE],
  "News is later than the day from which a clock runs, and that day moves to an earlier one or not at all.",
  function the_day_an_event_was_first_known_only_moves_back(known, fact) {
    const first = firstKnown(known.of(CASE, fact.body.case), fact.body.event);
    if (first === undefined) return null;
    if (fact.type === KNOWN_BEFORE) return unless(isBefore(fact.body.known_at, first), `${fact.body.known_at} is not earlier than ${first}`);
    return unless(!isBefore(fact.body.received_at, first), `news of ${fact.body.received_at} came before the event was known, ${first}`);
  });

invariant("PAT-15", ["safety.reaction_recorded.v1", "safety.icans_recorded.v1", "safety.laboratory_graded.v1"],
  "A grade that a clinician sets beside the computed one has a reason, and a reason has a grade.",
  function a_grade_of_ones_own_has_its_reason(known, fact) {
    const isAlone = (fact.maybe("clinicians_grade") === null) !== (fact.maybe("clinicians_reason") === null);
    return unless(!isAlone, "a grade of one's own stands without a reason, or the reverse");
  });

invariant("PAT-16", ["safety.icans_recorded.v1"],
  "The sum of the test of attention is that of its items, where they were asked; the other test has none of them.",
  function points_are_those_of_the_test_that_was_done(known, fact) {
    const { right_answers, objects_named, score } = fact.body;
    if (!isTrue(right_answers) && objects_named === null) return null;
    if (fact.body.test !== "ICE") return [`items of ICE were answered in ${fact.body.test}`];
    const counted = new Set(listIn(right_answers)).size + (objects_named || 0);
    return unless(score === counted && atMost(0, objects_named || 0), `the items give ${counted}, the sum says ${score}`);
  });

invariant("PAT-19, PAT-20", [ORDERED],
  "No therapy is ordered under a programme that waits for its safety board.",
  function nobody_new_is_treated_while_enrolment_is_held(known, fact) {
    const { programme } = fact.body;
    return unless(!known.of(HELD, programme).held, `enrolment in ${programme} was held`);
  });

invariant("TRC-27, PAT-31", ["incident.act_resolved.v1"],
  "A container that went into a person, or was lost, does not go on, whatever is found out.",
  function what_is_gone_is_never_found_fit_to_go_on(known, fact) {
    const { act, beside: others } = known.of(INCIDENT, fact.body.case), { unit } = fact.body;
    if (fact.maybe("became") !== "may_go_on" || others.includes(unit)) return [];
    return unless(!["administered", "lost"].includes(act), `${unit} was reported as ${act} and may go on`);
  });
