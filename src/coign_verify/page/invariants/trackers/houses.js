// What is remembered of organisations, suppliers, versions, applications, cases of the store, and of learners.

/** An organisation that takes part, and the one whose administrator brought it in. */
const ORGANISATION = tracker("organisation", { category: "", broughtInBy: "", country: "" }, ["organisation", {
  "people.organisation_registered.v1": (_, { held, actor }) =>
    ({ category: held.category ?? "", broughtInBy: actor.organisation, country: held.country ?? "" }),
}]);

/** What a supplier may sell: by material its origin, and whether buying it is suspended. */
const SUPPLIER = tracker("supplier", { materials: [] }, ["supplier", {
  "supply.supplier_qualified.v1": ({ materials }, { body: { material, origin } }) =>
    ({ materials: [...materials.filter((each) => each.material !== material), { material, origin, stopped: false }] }),
  "supply.supplier_suspended.v1": ({ materials }, { body: { material } }) =>
    ({ materials: materials.map((each) => ({ ...each, stopped: each.stopped || each.material === material })) }),
}]);

const versionProposed = (_, { body }) => ({ proposed: body.version });

/** The version of a programme or course that somebody proposed last. */
const VERSION = tracker("version", { proposed: "" },
  ["programme", { "regulatory.programme_proposed.v1": versionProposed }],
  ["course", { "training.course_proposed.v1": versionProposed }],
);

/** What was applied for, which questions wait for an answer, and what was decided. */
const APPLICATION = tracker("application", { product: "", jurisdiction: "", asked: new Set(), verdict: "" }, ["application", {
  "regulatory.application_submitted.v1": (_, { body: { product, jurisdiction } }) => ({ ...APPLICATION.start, product, jurisdiction }),
  "regulatory.question_asked.v1": ({ asked }, { body }) => ({ asked: including(asked, body.number) }),
  "regulatory.question_answered.v1": ({ asked }, { body }) => ({ asked: excluding(asked, body.number) }),
  "regulatory.application_decided.v1": (_, { body }) => ({ verdict: body.verdict }),
}]);

/** The conditions of an authorisation of which somebody said that they are fulfilled, each with who said so. */
const REPORTED = tracker("reported", { conditions: [] }, ["authorisation", {
  "regulatory.fulfilment_reported.v1": ({ conditions }, { held, person }) => ({ conditions: [...conditions, { condition: held.condition ?? 0, person }] }),
}]);

/** How many packs of a suspect product were found wrong. */
const SUSPICION = tracker("suspicion", { wrong: 0 }, ["case", {
  "supply.suspicion_investigated.v1": (_, { body }) => ({ wrong: body.packs_wrong }),
}]);

/** Whose attempt it is, and the one whose answers it looks like. */
const ATTEMPT = tracker("attempt", { person: "", alike: "" }, ["attempt", {
  "training.attempt_started.v1": (_, { body }) => ({ person: body.person, alike: "" }),
  "training.answers_alike.v1": (_, { body }) => ({ alike: body.other }),
}]);

const withoutCourse = (passed, course) => passed.filter((each) => each.course !== course);

/** Courses whose questions a learner answered well enough; `counts`: nobody asks whether the answers are their own. */
const LEARNER = tracker("learner", { passed: [] }, ["learner", {
  "training.course_assigned.v1": ({ passed }, { body }) => ({ passed: withoutCourse(passed, body.course) }),
  "training.attempt_handed_in.v1": ({ passed }, { body }) => {
    if (body.result === "failed") return null;
    const { course, version, result } = body;
    return { passed: [...withoutCourse(passed, course), { course, version, counts: result === "passed" }] };
  },
  "training.attempt_decided.v1": ({ passed }, { body: { verdict, course } }) => ({
    passed: verdict === "counts" ? passed.map((each) => (each.course === course ? { ...each, counts: true } : each)) : withoutCourse(passed, course),
  }),
}]);

const skillShown = ({ given }, { body }) => ({ given: excluding(given, body.task) });

/** The tasks for which somebody asked for more time, and those that were extended since they were last shown. */
const EXTENSIONS = tracker("extensions", { asked: new Set(), given: new Set() }, ["person", {
  "training.extension_asked.v1": ({ asked }, { body }) => ({ asked: including(asked, body.task) }),
  "training.extension_approved.v1": ({ asked, given }, { body }) => ({ asked: excluding(asked, body.task), given: including(given, body.task) }),
  "training.qualified.v1": skillShown,
  "training.qualification_earned.v1": skillShown,
}]);
