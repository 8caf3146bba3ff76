// What is remembered of a person: roles, keys, and what they are qualified for; and of the record itself.

const exceptGrant = (grants, role, organisation) => grants.filter((each) => each.role !== role || each.organisation !== organisation);
const exceptTask = (qualifications, task) => qualifications.filter((each) => each.task !== task);
const qualifiedFor = ({ qualifications }, task, until) => ({ qualifications: [...exceptTask(qualifications, task), { task, until }] });
const exceptKey = (keys, credential) => keys.filter((each) => each.credential !== credential);
const MICROSECONDS_A_DAY = 86_400e6;

/** Somebody, or some device, that acts. */
const PERSON = tracker(
  "person",
  {
    registered: false, left: false, grants: [], qualifications: [], keys: [], proposed: [], employer: "",
    administratorProposedBy: "", administratorProposedAt: "", resetProposedAt: "",
  },
  ["person", {
    "people.person_registered.v1": (_, { body }) => ({ registered: true, employer: body.organisation }),
    "people.administrator_proposed.v1": (_, { body, time }) => ({ administratorProposedBy: body.proposed_by, administratorProposedAt: time }),
    "people.reset_proposed.v1": (_, { time }) => ({ resetProposedAt: time }),
    "people.role_granted.v1": ({ grants }, { body: { role, organisation }, held }) =>
      ({ grants: [...exceptGrant(grants, role, organisation), { role, organisation, until: held.until || "" }] }),
    "people.role_revoked.v1": ({ grants }, { body }) => ({ grants: exceptGrant(grants, body.role, body.organisation) }),
    "people.access_ended.v1": ({ grants }, { body: { organisation } }) => ({ grants: grants.filter((each) => each.organisation !== organisation) }),
    "people.authenticator_proposed.v1": ({ proposed }, { body }) => ({ proposed: [...proposed, { credential: body.credential, by: body.proposed_by }] }),
    "people.authenticator_enrolled.v1": ({ keys }, { body: { credential, method } }) => ({ keys: [...exceptKey(keys, credential), { credential, method }] }),
    "people.authenticator_revoked.v1": ({ keys }, { body: { credential } }) => ({ keys: exceptKey(keys, credential) }),
    "people.credentials_reset.v1": { keys: [] },
    "people.person_left.v1": { left: true, grants: [], keys: [] },
    "training.qualified.v1": (state, { body }) => qualifiedFor(state, body.task, body.until),
    "training.qualification_earned.v1": (state, { body, time }) => {
      shaped(Number.isSafeInteger(body.valid_days), "no number of days");
      return qualifiedFor(state, body.task, instantText(instant(time) + body.valid_days * MICROSECONDS_A_DAY));
    },
    "training.qualification_revoked.v1": ({ qualifications }, { body: { task } }) => ({ qualifications: exceptTask(qualifications, task) }),
    // Whoever is not qualified has nothing that could be extended, and nothing is ever shortened by it.
    "training.extension_approved.v1": (state, { body: { task }, body }) => {
      const held = state.qualifications.find((each) => each.task === task);
      return held ? qualifiedFor(state, task, isBefore(held.until, body.until) ? body.until : held.until) : null;
    },
  }],
);

/** Whether this role is theirs now. */
const holdsRole = ({ grants, left }, role, organisation, now) =>
  grants.some((each) => each.role === role && each.organisation === organisation && (!each.until || isBefore(now, each.until))) && !left;

/** Whether they are qualified for a task now. */
const mayDo = ({ qualifications }, task, now) => qualifications.some((each) => each.task === task && isBefore(now, each.until));

/** The record itself. */
const LEDGER = tracker("ledger", { demonstration: false, setUp: false }, ["ledger", {
  "ledger.opened.v1": (_, { body }) => ({ demonstration: body.demonstration }),
  "installation.setup_finished.v1": { setUp: true },
}]);
const THIS = "ledger:this";

/** What an entry says of the log's key, read and with its signatures looked at before the walk. */
function keyChangeOf(fact) {
  const change = fact.keyChanges.get(fact.body.statement);
  if (!change) throw new NotJudged("the signatures under changes of the log's key were not looked at");
  return change;
}

/** Why a change of the log's key cannot come next. */
const wrongWith = (change, { keys, root }) => change.wrong ?? whyNotNext(keys.length ? keys : [change.old], root, change);

/** The key that signs for the record: which there were, and what was proposed last, by whom. */
const LOG_KEY = tracker("log_key", { keys: [], root: null, proposed: "", proposedBy: "" }, ["log_key", {
  "ledger.log_key_proposed.v1": (_, { body, person }) => ({ proposed: body.statement, proposedBy: person }),
  [KEY_CHANGED]: (state, fact) => {
    const change = keyChangeOf(fact), wrong = wrongWith(change, state);
    if (wrong) throw new Wrong(wrong);
    const keys = state.keys.length ? state.keys : [change.old];
    return { ...LOG_KEY.start, keys: change.next.text === change.old.text ? keys : [...keys, change.next], root: change.root };
  },
}]);

/** What somebody did that somebody else is to judge, by the field with the subject by which it is found again. */
const PARTS = {
  unit: ["identity.unit_created.v1", "identity.label_verified.v1"],
  batch: ["facility.monitored.v1", "manufacturing.bag_filled.v1", "manufacturing.filled.v1"],
  lot: ["supply.lot_held.v1"],
  equipment: ["equipment.device_calibrated.v1", "equipment.device_cleaned.v1"],
  person: ["training.extension_asked.v1"],
  attempt: ["training.attempt_handed_in.v1"],
  case: [
    "quality.deviation_opened.v1", "supply.lot_suspected.v1", "supply.pack_suspected.v1", "incident.act_reported.v1",
    "correction.proposed.v1", "correction.differs.v1", "correction.value_corrected.v1",
  ],
};

/** What ends with the thing that it is about, so that everybody who had a part in it is remembered. */
const isOfOneThing = (type) => type.startsWith("correction.") || type.startsWith("manufacturing.");

/** Of each kind the newest, as a device is calibrated and cleaned for years. */
function tookPart({ parts }, { type, person }) {
  const others = parts.filter((each) => each.type !== type || (isOfOneThing(type) && each.person !== person));
  return { parts: [...others, { type, person }] };
}

const PART = tracker("part", { parts: [] }, ...Object.entries(PARTS).map(([field, types]) => [field, byType(types.map((type) => [type, tookPart]))]));
