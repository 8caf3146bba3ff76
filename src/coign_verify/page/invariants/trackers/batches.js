// What is remembered of a batch as it is made and tested: steps, samples, results, investigations, its audit trail.

/** How far production is. `drawn`: the samples of the plan; `mayWaitUntil`: to when a wait was extended. */
const MAKING = tracker(
  "making",
  { version: "", room: "", startedAt: "", steps: [], stepAt: "", mayWaitUntil: "", drawn: new Set(), bags: 0, filledAt: "", site: "", resumedAt: "" },
  ["batch", {
    "manufacturing.batch_started.v1": (_, { body, time, held }) =>
      ({ ...MAKING.start, version: body.version, room: body.room, startedAt: time, site: held.site || "" }),
    "manufacturing.batch_resumed.v1": (_, { time }) => ({ resumedAt: time }),
    "manufacturing.step_completed.v1": ({ steps }, { body, time }) => ({ steps: [...steps, body.step], stepAt: time, mayWaitUntil: "" }),
    "manufacturing.hold_extended.v1": (_, { body }) => ({ mayWaitUntil: body.until }),
    "manufacturing.sample_drawn.v1": ({ drawn }, { body }) => ({ drawn: including(drawn, body.planned) }),
    "manufacturing.bag_filled.v1": ({ bags }) => ({ bags: bags + 1 }),
    "manufacturing.filled.v1": ({ bags }, { time }) => ({ bags: bags + 1, filledAt: time }),
  }],
);

/** The tests for which a sample was drawn. */
const SAMPLE = tracker("sample", { tests: [] }, ["sample", {
  "manufacturing.sample_drawn.v1": (_, { held }) => ({ tests: listIn(held.tests || []) }),
}]);

const slotKept = ({ collectionOn }, { held }) => ({ state: "kept", collectionOn: held.collection_on || collectionOn });

/** A place in production: `kept` for a therapy, or `used` by a batch of it; and its dates. */
const SLOT = tracker("slot", { state: "", collectionOn: "" }, ["chain", {
  "manufacturing.slot_confirmed.v1": slotKept,
  "manufacturing.slot_moved.v1": slotKept,
  "manufacturing.batch_started.v1": { state: "used" },
  "quality.batch_rejected.v1": { state: "", collectionOn: "" },
  "manufacturing.abandoned.v1": { state: "", collectionOn: "" },
}]);

const nobodyLooked = { by: "", chain: "", at: "" };

/** Who looked at a room first, for whom, and when; and the batch of which a label is missing there. */
const LINE = tracker("line", { by: "", chain: "", at: "", missingOf: "" }, ["room", {
  "manufacturing.line_checked.v1": (_, { body, time }) => ({ by: body.by, chain: body.chain, at: time }),
  "manufacturing.line_cleared.v1": nobodyLooked,
  "manufacturing.line_mismatched.v1": nobodyLooked,
  "manufacturing.batch_started.v1": nobodyLooked,
  "manufacturing.labels_counted.v1": (_, { body: { printed, used, destroyed, batch } }) =>
    ({ missingOf: printed !== used + destroyed ? batch : "" }),
}]);

/** A device that must be clean of other patients' cells. `doubt`: it was cleaned too late, or not well enough. */
const CLEANING = tracker("cleaning", { kind: "", usedFor: "", cleanedAt: "", doubt: false }, ["equipment", {
  "equipment.device_registered.v1": (_, { held }) => ({ ...CLEANING.start, kind: held.device_kind ?? "" }),
  "equipment.devices_used.v1": (_, { held }) => ({ usedFor: held.chain || "" }),
  "equipment.device_cleaned.v1": ({ doubt }, { time, held }) => ({ usedFor: "", cleanedAt: time, doubt: isTrue(held.was_due ?? null) || doubt }),
  "equipment.late_cleaning_judged.v1": ({ cleanedAt }, { body }) => ({ doubt: false, cleanedAt: body.verdict === "clean" ? cleanedAt : "0" }),
}]);

const resultOf = ({ standing }, attribute) => standing.find((each) => each.attribute === attribute);
const otherResults = ({ standing }, attribute) => standing.filter((each) => each.attribute !== attribute);

/** The investigation of a result goes on; of none there is nothing to remember. */
function wentOn(state, attribute, changes) {
  const result = resultOf(state, attribute);
  return result ? { standing: [...otherResults(state, attribute), { ...result, ...changes(result) }] } : null;
}

const putAside = (state, { body: { attribute } }) => ({ standing: otherResults(state, attribute), aside: [...state.aside, attribute] });
const batchDecided = (_, { held }) => ({ decided: true, pending: listIn(held.pending || []) });

/** The results of a batch that stand, each test that was set aside, as often as it was, and whether it was decided about. */
const RESULTS = tracker("results", { standing: [], aside: [], decided: false, tooFew: false, pending: [] }, ["batch", {
  "quality.result_recorded.v1": (state, { body: { attribute, by, verdict } }) => ({
    standing: [...otherResults(state, attribute), { attribute, by, verdict, found: "", foundBy: "", planned: 0, repeated: 0, concluded: "" }],
  }),
  "quality.laboratory_assessed.v1": (state, { body, held }) =>
    wentOn(state, body.attribute, () => ({ found: held.found ?? "", foundBy: held.by ?? "" })),
  "quality.retests_planned.v1": (state, { body: { attribute, times } }) => wentOn(state, attribute, () => ({ planned: times })),
  "quality.retest_recorded.v1": (state, { body }) => wentOn(state, body.attribute, ({ repeated }) => ({ repeated: repeated + 1 })),
  "quality.result_invalidated.v1": putAside,
  "quality.investigation_concluded.v1": (state, fact) => {
    const { conclusion, attribute } = fact.body;
    return conclusion === "laboratory_error" ? putAside(state, fact) : wentOn(state, attribute, () => ({ concluded: conclusion }));
  },
  "quality.record_reviewed.v1": (_, { held }) => ({ tooFew: isTrue(held.too_few_cells ?? null) }),
  "quality.certified.v1": batchDecided,
  "quality.supplied_under_exception.v1": batchDecided,
  "quality.batch_rejected.v1": { decided: true },
}]);

/** It fails, and nobody decided yet what that means. */
const isUnexplained = ({ verdict, concluded }) => verdict === "fail" && !concluded;

/** What the quality unit sets aside, repeats or puts off: whoever reads the audit trail stops there. */
const STANDS_OUT = [
  "quality.result_invalidated.v1", "quality.laboratory_assessed.v1", "quality.retests_planned.v1", "manufacturing.hold_extended.v1",
];

const judgedIn = ({ judgedBy }, { entry, person }) => ({ judgedBy: new Map([...judgedBy, [entry.position, person]]) });

/** The audit trail of a batch: which entries were answered for, and who read it or put its reading off. */
const AUDIT_TRAIL = tracker("audit_trail", { answered: new Set(), readBy: "", putOffBy: "", judgedBy: new Map() }, ["batch", {
  "quality.audit_trail_line_answered.v1": ({ answered }, { body }) => ({ answered: including(answered, body.entry) }),
  "quality.audit_trail_reviewed.v1": (_, { body }) => ({ readBy: body.by, putOffBy: "" }),
  "quality.audit_trail_review_deferred.v1": (_, { body }) => ({ putOffBy: body.by }),
  ...Object.fromEntries(STANDS_OUT.map((type) => [type, judgedIn])),
}]);
