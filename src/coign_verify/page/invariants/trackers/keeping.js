// What is remembered of donors' samples, of tanks, of bags that somebody means to take out, and of values put right.

/** The numbers of a donor's samples, by the therapy. */
const BLOOD = tracker("blood", { samples: new Set() }, ["chain", {
  "donor.samples_taken.v1": ({ samples }, { body }) => ({ samples: including(samples, body.sample) }),
}]);

const notMeant = { by: "" };

/** Who means to take a container out of its place; empty: nobody. */
const MEANT = tracker("meant", { by: "" },
  ["unit", {
    "storage.removal_started.v1": (_, { person }) => ({ by: person }),
    "storage.placed.v1": notMeant,
    "storage.taken_out.v1": notMeant,
  }],
  ["units", { "storage.removal_mismatched.v1": notMeant }],
);

const sourceRead = ({ disputed }, { body }) => ({ disputed: disputed.filter((each) => each.case !== body.case) });

/** Values of which somebody said that they are wrong, each with the case in which a second person reads its source. */
const DISPUTED = tracker("disputed", { disputed: [] },
  ["home", {
    "correction.proposed.v1": ({ disputed }, { body, held }) =>
      ({ disputed: [...disputed, { entry: held.entry ?? 0, name: held.name ?? "", case: body.case }] }),
    "correction.differs.v1": sourceRead,
  }],
  ["of", { "correction.value_corrected.v1": sourceRead }],
);

/** In which house somebody said of a value that it is wrong: its source lies there. */
const SOURCE = tracker("source", { house: "" }, ["case", {
  "correction.proposed.v1": (_, { actor }) => ({ house: actor.organisation }),
}]);

/** Where cells are kept: whose it is, until when its tests count, and whether it was taken out of service. */
const TANK = tracker("tank", { owner: "", qualifiedUntil: "", closed: false }, ["tank", {
  "storage.tank_qualified.v1": ({ owner }, { body }) =>
    ({ owner: owner || body.organisation, qualifiedUntil: body.qualified_until, closed: false }),
  "storage.tank_closed.v1": { closed: true },
}]);
