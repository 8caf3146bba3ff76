// What is remembered of batches, rooms, lots, packs and devices.

const handed = ({ hands }, { body, held }) => ({ hands: including(hands, held.operator || body.by) });
const setAside = ({ tests }, { body: { attribute } }) => ({ tests: tests.filter((test) => test.attribute !== attribute) });

/** A batch. `hands`: who made or measured something of it. `deviations`: those that nobody closed. */
const BATCH = tracker(
  "batch",
  {
    chain: "", version: "", hands: new Set(), lots: new Set(), tests: [], reviewedBy: "", deviations: new Set(), growth: false,
    labelsMissing: false, rejected: false, excepted: false,
  },
  ["batch", {
    "manufacturing.batch_started.v1": (state, fact) => ({ ...handed(state, fact), chain: fact.body.chain, version: fact.body.version }),
    "manufacturing.step_completed.v1": (state, fact) => ({ ...handed(state, fact), lots: including(state.lots, ...listIn(fact.body.lots)) }),
    "manufacturing.sample_drawn.v1": handed,
    "manufacturing.bag_filled.v1": handed,
    "manufacturing.filled.v1": handed,
    "manufacturing.product_frozen.v1": handed,
    "manufacturing.labels_counted.v1": (_, { body: { printed, used, destroyed } }) => ({ labelsMissing: printed !== used + destroyed }),
    "quality.result_recorded.v1": (state, fact) => {
      const { attribute, verdict, by } = fact.body;
      return { ...handed(state, fact), tests: [...setAside(state, fact).tests, { attribute, verdict, by, reviewed: false }] };
    },
    "quality.retest_recorded.v1": handed,
    "quality.result_reviewed.v1": ({ tests }, { body: { attribute } }) =>
      ({ tests: tests.map((test) => (test.attribute === attribute ? { ...test, reviewed: true } : test)) }),
    "quality.result_invalidated.v1": setAside,
    "quality.investigation_concluded.v1": (state, fact) => (fact.body.conclusion === "laboratory_error" ? setAside(state, fact) : null),
    "quality.record_reviewed.v1": (_, { body }) => ({ reviewedBy: body.by }),
    "quality.deviation_opened.v1": ({ deviations }, { body }) => ({ deviations: including(deviations, body.case) }),
    "quality.deviation_closed.v1": ({ deviations }, { body }) => ({ deviations: excluding(deviations, body.case) }),
    "facility.growth_found.v1": { growth: true },
    "facility.growth_assessed.v1": (_, { body }) => ({ growth: body.conclusion !== "acceptable" }),
    "quality.supplied_under_exception.v1": { excepted: true },
    "quality.batch_rejected.v1": { rejected: true },
  }],
);

/** A room or cabinet: for whom it was cleared, and what is open in it. */
const ROOM = tracker("room", { clearedFor: "", open: "", usableUntil: "", within: "" }, ["room", {
  "facility.room_put_in_use.v1": (_, { body, held }) => ({ usableUntil: body.qualified_until, within: held.within || "" }),
  "facility.room_taken_out_of_use.v1": { usableUntil: "" },
  "manufacturing.line_cleared.v1": (_, { body }) => ({ clearedFor: body.chain }),
  "manufacturing.line_mismatched.v1": { clearedFor: "" },
  "manufacturing.batch_started.v1": (_, { body }) => ({ clearedFor: "", open: body.batch }),
  "manufacturing.filled.v1": { open: "" },
  "manufacturing.abandoned.v1": { open: "" },
}]);

const inHand = ({ hadInHand }, { body }) => ({ hadInHand: including(hadInHand, body.by) });

/** A lot of a material that touches cells. `hadInHand`: who received or tested it. */
const LOT = tracker(
  "lot",
  {
    received: false, expires: "", retestBy: "", approved: false, rejected: false, onHold: false, suspect: false, hadInHand: new Set(),
    material: "", supplier: "", originStated: false,
  },
  ["lot", {
    "supply.lot_received.v1": (state, fact) => ({
      ...inHand(state, fact), received: true, expires: fact.body.expires, material: fact.held.material ?? "",
      supplier: fact.held.supplier ?? "", originStated: isTrue(fact.maybe("origin_statement")),
    }),
    "supply.lot_tested.v1": inHand,
    "supply.lot_approved.v1": (_, fact) => ({ approved: true, retestBy: fact.maybe("retest_by") || "" }),
    "supply.lot_retested.v1": (_, { body }) => ({ retestBy: body.retest_by }),
    "supply.lot_rejected.v1": { rejected: true },
    "supply.lot_held.v1": { onHold: true },
    "supply.lot_hold_lifted.v1": { onHold: false },
    "supply.lot_suspected.v1": { suspect: true },
    "supply.determined_illegitimate.v1": { suspect: true, rejected: true },
    "supply.suspicion_cleared.v1": { suspect: false },
  }],
);

/** Whether somebody holds a lot back, found it not in order, or doubts that it is what it seems. */
const isLotInDoubt = ({ rejected, onHold, suspect }) => rejected || onHold || suspect;

/** Whether a step may take from a lot now. */
const mayLotBeUsed = (lot, now) =>
  isBefore(now, lot.expires) && (!lot.retestBy || isBefore(now, lot.retestBy)) && lot.approved && !isLotInDoubt(lot);

/** A serialised pack. */
const SERIAL = tracker("serial", { registered: false, used: false, suspect: false, lot: "", expiresOn: "" }, ["serial", {
  "supply.pack_registered.v1": (_, { body, held }) => ({ registered: true, lot: body.lot, expiresOn: held.expires_on ?? "" }),
  "supply.pack_used.v1": { used: true },
  "supply.pack_suspected.v1": { suspect: true },
  "supply.determined_illegitimate.v1": { suspect: true },
  "supply.suspicion_cleared.v1": { suspect: false },
}]);

/** A device that touches or measures cells. */
const DEVICE = tracker("device", { registered: false, dueOn: "", outBy: "", inOrder: true, usedAt: "", measuredOn: "" }, ["equipment", {
  "equipment.device_registered.v1": (_, { body }) => ({ ...DEVICE.start, registered: true, dueOn: body.due_on }),
  "equipment.device_calibrated.v1": ({ dueOn }, { body, held, time }) => {
    const inOrder = body.finding === "in_order";
    return { inOrder, dueOn: inOrder ? body.due_on || "" : dueOn, measuredOn: held.calibrated_on || time };
  },
  "equipment.devices_used.v1": (_, { time }) => ({ usedAt: time }),
  "equipment.device_taken_out.v1": (_, { body }) => ({ outBy: body.by }),
  "equipment.device_returned.v1": { outBy: "" },
}]);

/** Whether it is registered, in service, in order and not due. */
const mayDeviceBeUsed = ({ registered, outBy, inOrder, dueOn }, now) => registered && !outBy && inOrder && isBefore(now, dueOn);

/** A shipper whose own hold time was tested, until when that counts, and what lies in it. */
const SHIPPER = tracker("shipper", { qualifiedUntil: "", shipment: "" }, ["shipper", {
  "logistics.shipper_qualified.v1": (_, { body }) => ({ qualifiedUntil: body.qualified_until }),
  "logistics.packed.v1": (_, { body }) => ({ shipment: body.shipment }),
  "logistics.unpacked.v1": { shipment: "" },
  "logistics.received.v1": { shipment: "" },
}]);
