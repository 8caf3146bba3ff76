// What is remembered of shipments, shippers, places and houses: who sends what to whom, in what, under which seal.

const sealedWith = ({ seals }, { body }) => ({ seals: [...seals, body.seal] });

/** A shipment. `seals`: every seal that was ever on it, the newest one last. */
const WAY = tracker(
  "way",
  { sender: "", to: "", shipper: "", logger: "", carrier: "", units: [], seals: [], left: false, opened: false, checkedAt: "" },
  ["shipment", {
    "logistics.packed.v1": ({ carrier }, fact) => {
      const { sender, to, shipper, logger, seal } = fact.held;
      return {
        ...WAY.start, sender: sender || "", to: to || "", shipper: shipper || "", logger: logger || "", carrier,
        units: fact.subjects("unit", "further"), seals: seal ? [seal] : [],
      };
    },
    "logistics.carrier_named.v1": (_, { body }) => ({ carrier: body.carrier }),
    "logistics.sealed.v1": sealedWith,
    "logistics.seal_replaced.v1": sealedWith,
    "logistics.departed.v1": { left: true },
    "logistics.opened.v1": { opened: true },
    "logistics.receipt_checked.v1": (_, { time }) => ({ checkedAt: time }),
  }],
);

/** A duration in minutes; null: none is told, or it is a measurement of something else. */
function durationMinutes(quantity) {
  if (!isTrue(quantity ?? null)) return null;
  const [value, unit] = need(quantity, "value", "unit");
  shaped(Number.isFinite(Number(value)), "no duration");
  return unit in MINUTES_IN ? Number(value) * MINUTES_IN[unit] : null;
}

const notKept = { keptBy: "" };

/** A shipper: whose it is, what its test says, and which house keeps it for a therapy. */
const VESSEL = tracker("vessel", { owner: "", qualifiedUntil: "", holdMinutes: null, keptBy: "" }, ["shipper", {
  "logistics.shipper_qualified.v1": ({ owner }, { body, held }) =>
    ({ owner: owner || body.organisation, qualifiedUntil: body.qualified_until, holdMinutes: durationMinutes(held.hold_time) }),
  "logistics.shipper_reserved.v1": (_, { body }) => ({ keptBy: body.organisation }),
  "logistics.shipper_freed.v1": notKept,
  "logistics.unpacked.v1": notKept,
  "logistics.received.v1": notKept,
}]);

/** Whose place it is. */
const SITE = tracker("site", { owner: "" }, ["site", { "people.site_registered.v1": (_, { body }) => ({ owner: body.organisation }) }]);
