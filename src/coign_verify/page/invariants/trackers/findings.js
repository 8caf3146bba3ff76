// What is remembered of a therapy's weights and days, of hospital numbers, and of what was collected at the chair.

/**
 * A therapy: when its patient was weighed, for when conditioning was ordered on the newest count, and if it began.
 *
 * `onTheChair`: cells are being collected.
 */
const PLAN = tracker("plan", { weighedOn: "", firstDay: "", begun: false, onTheChair: false }, ["chain", {
  "clinical.ordered.v1": (_, { held }) => ({ weighedOn: held.weighed_on || "" }),
  // A further count asks for a further order, as long as nothing was given.
  "clinical.product_confirmed.v1": ({ begun }) => (begun ? null : { firstDay: "" }),
  "clinical.conditioning_started.v1": ({ weighedOn }, { body, held }) =>
    ({ firstDay: body.first_day, weighedOn: (isTrue(held.weight ?? null) && held.examined_at) || weighedOn }),
  "clinical.conditioning_begun.v1": { begun: true },
  "collection.started.v1": { onTheChair: true },
  "collection.finished.v1": { onTheChair: false },
}]);

/** Who bears a hospital number; a number that is given back is nobody's. */
const NUMBER = tracker("number", { bearer: "" }, ["number", {
  "clinical.patient_enrolled.v1": (_, { body }) => ({ bearer: body.patient }),
  "clinical.identity_corrected.v1": (_, { body, held }) => (held.number ? { bearer: body.patient } : null),
}]);

/** The therapies of a patient. */
const THERAPIES = tracker("therapies", { chains: new Set() }, ["patient", {
  "clinical.ordered.v1": ({ chains }, { body }) => ({ chains: including(chains, body.chain) }),
}]);

/** How much a quantity says, exactly. */
const amountOf = (quantity) => decimal(need(quantity, "value")[0]);

/**
 * A bag of the chair: the cells that were counted in it, and those that were filled out of it, in its unit.
 *
 * `corrected`: somebody put a number right, and the sum says nothing any more.
 */
const COLLECTED = tracker("collected", { cells: null, unit: "", filled: 0n, corrected: false },
  ["unit", {
    "collection.finished.v1": (_, { body: { cd3 } }) => ({ ...COLLECTED.start, cells: amountOf(cd3), unit: need(cd3, "unit")[0] }),
  }],
  ["source", { "collection.cryobag_filled.v1": ({ filled }, { body }) => ({ filled: filled + amountOf(body.cd3) }) }],
  ["of", { "correction.value_corrected.v1": { corrected: true } }],
);

/** Containers of which two people scanned different ones for the same disposal. */
const DIFFERING = tracker("differing", { differs: false },
  ["unit found", { "closing.disposal_mismatched.v1": { differs: true } }],
  ["units", { "identity.units_unblocked.v1": { differs: false } }],
);
