// What is remembered of a container: whose it is, who holds it, how warm it was, how far it is at the bed.

/** What disagrees until somebody found out why: its fact, the field with the containers, the fact that resolves it. */
const DIFFERS = [
  ["custody.handover_mismatched.v1", "unit", "custody.mismatch_resolved.v1"],
  ["infusion.bedside_mismatched.v1", "units", "infusion.mismatch_resolved.v1"],
  ["storage.removal_mismatched.v1", "units", "storage.removal_resolved.v1"],
];

/** Facts that say what went wrong, and their fields with the people who had a part in it. */
const MISMATCHES = {
  "infusion.bedside_mismatched.v1": ["between"],
  "logistics.seal_differed.v1": ["by"],
  "logistics.receipt_mismatched.v1": ["first", "second"],
  "storage.removal_mismatched.v1": ["first", "second"],
  "closing.disposal_mismatched.v1": ["between"],
  "incident.act_reported.v1": ["by"],
  "correction.proposed.v1": ["by"],
};

const peopleIn = (body, names) => names.flatMap((name) => (name in body ? body[name] || [] : []));

/** Whoever had a part in what this entry blocks. */
const partakers = (fact) =>
  [fact.person, ...Object.entries(MISMATCHES).flatMap(([type, names]) => fact.beside(type).flatMap((body) => peopleIn(body, names)))];

const stoppedFor = (state, why, between) => ({ stops: [...state.stops, { why, between }] });
const freedOf = (state, isOver) => ({ stops: state.stops.filter(({ why }) => !isOver(why)) });
/** Why a container stands still: of several reasons the first by name. */
const firstStop = ({ stops }) => stops.map(({ why }) => why).sort()[0];

const byType = (rows) => Object.fromEntries(rows);

/** `stops`: what must be resolved before it goes anywhere. `answered`: how it may be given. */
const UNIT = tracker(
  "unit",
  {
    chain: "", kind: "", batch: "", expires: "", serial: "", labelSeen: false, accepted: false, answered: "", rejected: false,
    mayTravel: false, receivedBy: "", setApartBy: [], underWay: "", decided: "", stops: [], ended: "",
  },
  ["unit", {
    // Made anew it keeps nothing of what was said before, but why it is to stand still.
    "identity.unit_created.v1": (state, { body, held }) => ({
      ...UNIT.start, chain: body.chain, kind: body.unit_kind, batch: held.batch || "", expires: held.expires || "",
      serial: body.label_serial, stops: state.stops,
    }),
    "identity.label_verified.v1": ({ serial }, { body }) => ({ labelSeen: body.label_serial === serial }),
    "incident.act_resolved.v1": (state, { body }) => freedOf(state, (why) => why === body.case),
    "quality.material_accepted.v1": { accepted: true },
    "quality.material_rejected.v1": { rejected: true, answered: "", accepted: false },
    "closing.disposal_decided.v1": (_, { body }) => ({ decided: body.becomes }),
    "donor.set_apart.v1": ({ setApartBy }, { body }) => ({ setApartBy: [...setApartBy, body.organisation] }),
    "identity.unit_ended.v1": (_, { body }) => ({ ended: body.how }),
    ...byType(DIFFERS.map(([differs, , resolved]) => [resolved, (state) => freedOf(state, (why) => why === differs)])),
  }],
  ["units", {
    "identity.units_blocked.v1": (state, fact) => stoppedFor(state, fact.body.why, partakers(fact)),
    "identity.units_unblocked.v1": (state, { body }) => freedOf(state, (why) => why === body.why),
    "quality.quarantine_shipment_allowed.v1": { mayTravel: true },
    "quality.certified.v1": { answered: "certified" },
    "quality.supplied_under_exception.v1": { answered: "under exception" },
    "quality.batch_rejected.v1": { rejected: true, answered: "", accepted: false },
  }],
  // Whoever sees that something disagrees stops it, whether or not the entry says so in the usual words as well.
  ...DIFFERS.map(([differs, field]) => [field, {
    [differs]: (state, { held }) => stoppedFor(state, differs, peopleIn(held, ["giver", "taker", "first", "second", "between"])),
  }]),
  ["units beside", { "incident.act_reported.v1": (state, { body }) => stoppedFor(state, body.case, [body.by]) }],
  ["unit further", {
    "logistics.packed.v1": (_, { body }) => ({ underWay: body.shipment }),
    "logistics.unpacked.v1": { underWay: "" },
    "logistics.received.v1": (_, { body }) => ({ receivedBy: body.organisation, underWay: "" }),
  }],
);

/** Who answers for a container, and to whom they hold it out. */
const CUSTODY = tracker("custody", { person: "", organisation: "", offeredTo: "", offeredAt: "" }, ["unit", {
  "custody.began.v1": (_, { body }) => ({ ...CUSTODY.start, person: body.person, organisation: body.holder }),
  "custody.offered.v1": (_, { body, time }) => ({ offeredTo: body.to, offeredAt: time }),
  "custody.offer_withdrawn.v1": { offeredTo: "" },
  "custody.handed_over.v1": (_, { body }) => ({ ...CUSTODY.start, person: body.taker, organisation: body.to }),
  "custody.handover_mismatched.v1": { offeredTo: "" },
}]);

const notSeen = { seen: null, checkedBy: "" };

/** A bag between freezer and patient; `seen`: whose wristband two people found it at, who they are, and when. */
const BAG = tracker(
  "bag",
  { issuedBy: "", issuedAt: "", thawedAt: "", checkedBy: "", checkedAt: "", seen: null, emergency: null, decidedAt: "", decidedAbout: [], startedAt: "", finished: false },
  ["unit", {
    "infusion.issued.v1": (_, { body, time }) => ({ issuedBy: body.by, issuedAt: time }),
    "infusion.thawed.v1": (_, { time }) => ({ thawedAt: time }),
    "infusion.bedside_checked.v1": (_, { body, time }) => ({ seen: null, checkedBy: body.by, checkedAt: time }),
    "infusion.bedside_confirmed.v1": (_, { body, time }) =>
      ({ seen: { patient: body.patient, first: body.first, second: body.second, at: time } }),
    "infusion.mismatch_resolved.v1": notSeen,
    "infusion.emergency_decided.v1": (_, { body, time }) => ({ emergency: [body.first, body.second], decidedAt: time, decidedAbout: listIn(body.unmet) }),
    "infusion.started.v1": (_, { time }) => ({ startedAt: time }),
    "infusion.emergency_started.v1": (_, { time }) => ({ startedAt: time }),
    "infusion.finished.v1": { finished: true },
  }],
  ["units", { "infusion.bedside_mismatched.v1": notSeen }],
);

const MINUTES_IN = { s: 1 / 60, min: 1, h: 60, d: 1440 };

/** Minutes out of the cold until now, over all ways together. */
const outMinutes = (warmth, now) => warmth.minutes + (warmth.since ? minutesBetween(warmth.since, now) : 0);

/** Whether it was out for longer than is allowed; what was thawed on purpose has another clock. */
const isTooWarm = (warmth, now) => !warmth.thawed && warmth.allowedMinutes !== null && !atMost(outMinutes(warmth, now), warmth.allowedMinutes);

/** Whether it was too warm, or nobody has judged how warm it was. */
const isWarmthInDoubt = (warmth, now) => warmth.notUsable || warmth.open || warmth.unread !== "" || isTooWarm(warmth, now);

function warms(state, { time, held }) {
  if (state.since || state.thawed) return null;
  let { allowedMinutes } = state;
  if (allowedMinutes === null && (held.allowed ?? null) !== null) {
    const [value, unit] = need(held.allowed, "value", "unit"), count = Number(value);
    shaped(Number.isFinite(count) && value !== "" && unit in MINUTES_IN, "no duration");
    allowedMinutes = count * MINUTES_IN[unit];
  }
  return { since: held.since || time, allowedMinutes };
}

const cooled = (state, { time }) => ({ since: "", minutes: outMinutes(state, time) });

function loggerRead(state, { body, held }) {
  return { unread: state.unread === body.shipment ? "" : state.unread, open: state.open || held.verdict !== "in_order" };
}

function warmthAssessed(state, { body, time, held }) {
  if (body.verdict === "not_usable") return { open: false, notUsable: true };
  if (state.allowedMinutes === null) return { open: false };
  return { open: false, allowedMinutes: Math.max(state.allowedMinutes, outMinutes(state, time) + (held.further_minutes || 0)) };
}

/**
 * How long a container was out of the cold, what that may come to, and what nobody has judged yet.
 *
 * `unread`: the shipment whose logger was not read; `open`: an excursion, or time nobody knows of, is not assessed.
 */
const WARMTH = tracker(
  "warmth",
  { since: "", minutes: 0, allowedMinutes: null, unread: "", open: false, notUsable: false, thawed: false },
  ["units", { "coldchain.exposure_began.v1": warms, "logistics.opened.v1": warms }],
  ["unit", {
    "storage.taken_out.v1": warms,
    "storage.placed.v1": cooled,
    "coldchain.exposure_ended.v1": (state, fact) => ({ ...cooled(state, fact), thawed: true }),
    "coldchain.excursion_assessed.v1": warmthAssessed,
  }],
  ["unit further", {
    "logistics.packed.v1": (state, fact) => ({ ...cooled(state, fact), unread: fact.body.shipment }),
    "logistics.unpacked.v1": (state, fact) => ({ ...warms(state, fact), unread: "" }),
    "coldchain.logger_read.v1": loggerRead,
    "coldchain.logger_missing.v1": loggerRead,
  }],
);

/** Units on their way: what lies in it, and how far it is. */
const SHIPMENT = tracker(
  "shipment",
  { units: [], seal: "", compared: false, opened: false, read: false },
  ["shipment", {
    "logistics.packed.v1": (_, fact) => ({ ...SHIPMENT.start, units: fact.subjects("unit", "further"), seal: fact.maybe("seal") || "" }),
    "logistics.sealed.v1": (_, { body }) => ({ seal: body.seal }),
    "logistics.seal_replaced.v1": (_, { body }) => ({ seal: body.seal }),
    "logistics.seals_compared.v1": { compared: true },
    "logistics.seal_differed.v1": { compared: true },
    "logistics.opened.v1": { opened: true },
    "coldchain.logger_read.v1": { read: true },
    "coldchain.logger_missing.v1": { read: true },
  }],
);

/** Which container bears the number of a donation: the first one that was given it. */
const DONATION = tracker("donation", { bearer: "" }, ["din", {
  "identity.unit_created.v1": ({ bearer }, { body }) => ({ bearer: bearer || body.unit }),
}]);

/** Where a frozen container lies; empty: in no box. */
const PLACE = tracker("place", { box: "", position: 0 }, ["unit", {
  "storage.placed.v1": (_, { body }) => ({ box: body.box, position: body.position }),
  "storage.taken_out.v1": { box: "", position: 0 },
}]);

/** What lies in a box, and where in it. */
const BOX = tracker("box", { lying: [] }, ["box", {
  "storage.placed.v1": ({ lying }, { body: { position, unit } }) =>
    ({ lying: [...lying.filter((each) => each.position !== position || each.unit !== unit), { position, unit }] }),
  "storage.taken_out.v1": ({ lying }, { body }) => ({ lying: lying.filter((each) => each.position !== body.position) }),
}]);
