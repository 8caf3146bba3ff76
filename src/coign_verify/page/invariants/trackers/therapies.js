// What is remembered of a therapy, its patient, and of what authorities allow.

/** Papers of a request to give a product out of specification. */
const PAPERS = [
  "quality.exception_requested.v1", "quality.exception_risk_assessed.v1", "quality.exception_accepted.v1",
  "quality.exception_notified.v1", "quality.expanded_access_recorded.v1",
];

/**
 * One therapy of one patient. `products`: its final containers; `counted`: those that were found at the centre.
 *
 * `checked`: who looked first at the chair, and when; `foundAt`: when a second one agreed. `against`: what stood against
 * an infusion when a physician last looked. `thawed`: bags that were thawed and not finished. `waits`: a wristband of
 * somebody else was scanned at the chair, by these people. `mayBeGiven`: who decided, and when, that the product is
 * given although administration is stopped.
 */
const CHAIN = tracker(
  "chain",
  {
    patient: "", programme: "", version: "", product: "", centre: "", maker: "", atTheChair: null, waits: [], products: new Set(),
    counted: [], countedAt: "", checked: null, foundAt: "", conditioningOrdered: false, firstDoseAt: "", conditioned: false,
    assessedAt: "", against: [], thawed: new Set(), lots: new Set(), reactive: false, sampled: false, justified: false,
    papers: new Set(), mayBeGiven: null, batch: "", ended: false,
  },
  ["chain", {
    "identity.chain_begun.v1": (_, { body: { patient, programme, version, product, centre, maker } }) =>
      ({ patient, programme, version, product, centre, maker }),
    "identity.unit_created.v1": ({ products }, { body }) =>
      body.unit_kind === "final_container" ? { products: including(products, body.unit) } : null,
    "collection.identity_checked.v1": (_, { body, time }) => ({ checked: { by: body.by, at: time } }),
    "collection.identity_confirmed.v1": (_, { body, time }) => ({ atTheChair: [body.first, body.second], foundAt: time }),
    "collection.identity_mismatched.v1": (_, { body }) => ({ atTheChair: null, waits: listIn(body.between) }),
    "collection.mismatch_resolved.v1": { atTheChair: null, waits: [] },
    "collection.started.v1": ({ lots }, { held }) => ({ atTheChair: null, lots: including(lots, ...listIn(held.lots || [])) }),
    "clinical.conditioning_started.v1": { conditioningOrdered: true },
    "clinical.conditioning_begun.v1": (_, { time }) => ({ firstDoseAt: time }),
    "clinical.conditioning_given.v1": { conditioned: true },
    "clinical.product_confirmed.v1": (_, { body, time }) => ({ counted: listIn(body.units), countedAt: time }),
    "infusion.patient_assessed.v1": (_, { body, time }) => ({ assessedAt: time, against: listIn(body.outside) }),
    "infusion.thawed.v1": ({ thawed }, { body }) => ({ thawed: including(thawed, body.unit) }),
    "infusion.finished.v1": ({ thawed }, { body }) => ({ thawed: excluding(thawed, body.unit) }),
    "donor.samples_taken.v1": { sampled: true },
    "donor.marker_reported.v1": ({ reactive }, { body }) => ({ reactive: reactive || body.result === "reactive" }),
    "donor.open_markers_justified.v1": { justified: true },
    ...byType(PAPERS.map((paper) => [paper, ({ papers }) => ({ papers: including(papers, paper) })])),
    "manufacturing.batch_started.v1": (_, { body }) => ({ batch: body.batch }),
    "regulatory.administration_decided.v1": (_, { body, time }) =>
      ({ mayBeGiven: body.may_be_given ? { by: body.decider, at: time } : null }),
    "identity.chain_ended.v1": { ended: true },
  }],
);

const isConsent = (one, body) => one.programme === body.programme && one.purpose === body.purpose;
const ofOthers = (list, body) => list.filter(({ programme }) => programme !== body.programme);

/**
 * What a patient agreed to, the prescriber of each order that was prepared, and since when they are fit for what.
 *
 * `unsettledBy`: who changed who the patient is, as long as no second person settled it.
 */
const PATIENT = tracker("patient", { consents: [], drafts: [], fitSince: [], unsettledBy: "" }, ["patient", {
  "clinical.consent_given.v1": ({ consents }, { body: { programme, purpose } }) => ({ consents: [...consents, { programme, purpose }] }),
  "clinical.consent_withdrawn.v1": ({ consents }, { body: { programme, purpose } }) =>
    ({ consents: consents.filter((each) => !isConsent(each, { programme, purpose })) }),
  "clinical.eligibility_confirmed.v1": ({ fitSince }, { body, time }) =>
    ({ fitSince: [...ofOthers(fitSince, body), { programme: body.programme, since: time }] }),
  // A change that a document shows was made in a therapy, and waits for a second person.
  "clinical.identity_corrected.v1": (_, fact) => (isTrue(fact.maybe("evidence")) ? { unsettledBy: fact.person } : null),
  "clinical.identity_settled.v1": { unsettledBy: "" },
  "clinical.order_drafted.v1": ({ drafts }, { body: { programme, prescriber } }) =>
    ({ drafts: [...ofOthers(drafts, { programme }), { programme, prescriber }] }),
  "clinical.ordered.v1": ({ drafts }, { body }) => ({ drafts: ofOthers(drafts, { programme: body.programme }) }),
}]);

const EVERY_ACT = ["new_orders", "collection", "manufacture", "dispatch", "administration"];

function authorisationStopped(state, { body, time, held }) {
  const number = state.stopsSoFar + 1, acts = listIn(held.scope || EVERY_ACT);
  const site = held.site || "", makingStopped = acts.includes("manufacture") ? { at: time, site } : state.makingStopped;
  return { stops: [...state.stops, { number, acts, site, decider: body.decider, since: time }], stopsSoFar: number, makingStopped };
}

/**
 * What an authority allows for patients of some centres. `stops`: which acts, at which place if only at one, since when,
 * and who may decide otherwise.
 */
const AUTHORISATION = tracker(
  "authorisation",
  {
    centres: [], sites: [], validFrom: "", validUntil: "", stops: [], stopsSoFar: 0, jurisdiction: "", basis: "", releasers: [], keptBy: "", makingStopped: { at: "", site: "" },
  },
  ["authorisation", {
    "regulatory.authorisation_granted.v1": (_, { body, held }) => ({
      ...AUTHORISATION.start, centres: listIn(body.centres), sites: listIn(body.sites), validFrom: body.valid_from, validUntil: body.valid_until,
      jurisdiction: held.jurisdiction || "", basis: held.basis || "", releasers: listIn(held.releasers || []), keptBy: held.kept_by || "",
    }),
    // A place that is left out is a stop of its own, and counted as one.
    "regulatory.authorisation_varied.v1": ({ sites, stopsSoFar }, { body, held }) => ({
      centres: listIn(body.centres), sites: listIn(body.sites), releasers: listIn(held.releasers || []), stopsSoFar: stopsSoFar + sites.filter((site) => !body.sites.includes(site)).length,
    }),
    "regulatory.authorisation_renewed.v1": (_, { body }) => ({ validUntil: body.valid_until }),
    "regulatory.authorisation_suspended.v1": authorisationStopped,
    "regulatory.suspension_lifted.v1": ({ stops }, { body }) => ({ stops: stops.filter(({ number }) => number !== body.suspension) }),
    "regulatory.authorisation_revoked.v1": authorisationStopped,
  }],
);

/** Whether this act is allowed now at this place, or somebody whom the stop names decided so since it began. */
function isAllowed({ stops, validFrom, validUntil }, act, now, site, decided) {
  const blocking = stops.filter((stop) => stop.acts.includes(act) && (!stop.site || stop.site === site));
  const overruled = blocking.every((stop) => decided && decided.by === stop.decider && !isBefore(decided.at, stop.since));
  return overruled && !isBefore(now, validFrom) && isBefore(now, validUntil);
}

/** Whether it is within its time, whatever it lets be done. */
const isInForce = ({ validFrom, validUntil, stops }, now) =>
  !isBefore(now, validFrom) && isBefore(now, validUntil) && !stops.some(({ acts }) => same(acts, EVERY_ACT));

/** The products that a patient may receive by name. */
const RECIPIENT = tracker("recipient", { products: new Set() }, ["patient", {
  "regulatory.recipient_named.v1": ({ products }, { body }) => ({ products: including(products, body.product) }),
}]);

/** The authorisations that were ever granted for a product. */
const PRODUCT = tracker("product", { authorisations: [] }, ["product", {
  "regulatory.authorisation_granted.v1": ({ authorisations }, { body }) => ({ authorisations: [...authorisations, body.authorisation] }),
}]);

/** The version of a programme that two people put in force. */
const PROGRAMME = tracker("programme", { version: "" }, ["programme", {
  "regulatory.programme_approved.v1": (_, { body }) => ({ version: body.version }),
}]);

/** Corrections of values that nobody has assessed, by the batch or therapy whose record they stand in. */
const CORRECTIONS = tracker("corrections", { cases: new Set() }, ["home", {
  "correction.proposed.v1": ({ cases }, { body }) => ({ cases: including(cases, body.case) }),
  "correction.assessed.v1": ({ cases }, { body }) => ({ cases: excluding(cases, body.case) }),
}]);
