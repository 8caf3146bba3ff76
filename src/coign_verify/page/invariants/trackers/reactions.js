// What is remembered of safety cases, of enrolment, of reference texts, and of acts reported outside the rules.

/** A case: who treats and who answers for the product, its events with when each was first known, what was sent. */
const CASE = tracker("case", { centre: "", sponsor: "", events: [], sent: new Set() }, ["case", {
  "safety.case_opened.v1": (_, { body }) => ({ centre: body.centre, sponsor: body.sponsor }),
  "safety.event_reported.v1": ({ events }, { body: { event, known_at } }) => ({ events: [...events, { event, knownAt: known_at }] }),
  "safety.earlier_knowledge_found.v1": ({ events }, { body: { event, known_at } }) =>
    ({ events: [...events.filter((each) => each.event !== event), { event, knownAt: known_at }] }),
  "safety.submission_recorded.v1": ({ sent }, { body }) => ({ sent: including(sent, body.duty) }),
}]);

/** When an event was first known; undefined: the case has no such event. */
const firstKnown = ({ events }, event) => events.findLast((each) => each.event === event)?.knownAt;

/** Whether a programme takes nobody new. */
const HELD = tracker("held", { held: false }, ["programme", {
  "safety.enrolment_held.v1": { held: true },
  "safety.enrolment_resumed.v1": { held: false },
}]);

/** From when on the newest reference text of a product counts. */
const REFERENCE = tracker("reference", { effective: "" }, ["product", {
  "safety.reference_published.v1": (_, { body }) => ({ effective: body.effective }),
}]);

/** An act that was reported; `beside`: containers that were only there. */
const INCIDENT = tracker("incident", { act: "", beside: [] }, ["case", {
  "incident.act_reported.v1": (_, { held }) => ({ act: held.act || "", beside: listIn(held.beside || []) }),
}]);
