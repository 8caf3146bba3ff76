// Invariants of the way: from the sender, with the carrier that was named, to whom it is for, under true seals.

const SEALED = "logistics.sealed.v1", SEAL_REPLACED = "logistics.seal_replaced.v1", UNPACKED = "logistics.unpacked.v1";
const LOGGER_READ = "coldchain.logger_read.v1", CARRIER_NAMED = "logistics.carrier_named.v1";

/** What the sender does with a shipment, what the carrier does, and what whoever it is addressed to does. */
const BY_THE_SENDER = [SEALED, SEAL_REPLACED, UNPACKED, CARRIER_NAMED];
const BY_THE_CARRIER = ["logistics.departed.v1", "logistics.arrived.v1"];
const BY_THE_ADDRESSEE = [
  "logistics.seals_compared.v1", "logistics.seal_differed.v1", "logistics.opened.v1", LOGGER_READ, "coldchain.logger_missing.v1",
  "logistics.receipt_checked.v1", "logistics.received.v1",
];

invariant("TRC-11, TRC-10, SCS-01", [PACKED],
  "Cells are sent to the other one of maker and centre of their own therapy, to a place that is theirs.",
  function a_shipment_goes_to_the_maker_or_the_centre_of_its_therapy(known, fact) {
    const { to, sender, unit } = fact.body, { chain } = known.of(UNIT, unit), { maker, centre } = known.of(CHAIN, chain);
    if (to === sender || ![maker, centre].includes(to)) return [`cells of ${chain || "no chain"} were sent by ${sender} to ${to}`];
    const place = fact.maybe("destination"), owner = place ? known.of(SITE, place).owner : to;
    return unless(owner === to, `cells for ${to} were sent to ${place}, a place of ${owner || "nobody"}`);
  });

invariant("TRC-11, SCS-12, SCS-13, SCS-S7", [...BY_THE_SENDER, ...BY_THE_CARRIER, ...BY_THE_ADDRESSEE],
  "The sender seals and unpacks, the carrier drives, the addressee opens and receives: each what they hold.",
  function a_shipment_is_handled_by_who_holds_it_and_should(known, fact) {
    const { shipment } = fact.body, { sender, to, units } = known.of(WAY, shipment), here = fact.actor.organisation;
    if (fact.types.has(PACKED)) return null;
    if (!units.length) return [`${shipment} holds nothing`];
    const ought = BY_THE_SENDER.includes(fact.type) ? sender : BY_THE_ADDRESSEE.includes(fact.type) ? to : here;
    if (here !== ought) return [`${here} did ${fact.type} in place of ${ought}`];
    if (fact.type === CARRIER_NAMED) return [];
    const held = [...new Set(units)].map((unit) => ({ unit, holder: known.of(CUSTODY, unit).organisation }));
    return held.filter(({ holder }) => holder !== here).map(({ unit, holder }) => `${unit} was held by ${holder || "nobody"}, not by ${here}`);
  });

invariant("SCS-12", [SEALED, SEAL_REPLACED],
  "A seal has a number that was never on this shipment, closes its own shipper, and is the first or replaces one.",
  function a_seal_is_scanned_fits_its_shipment_and_is_used_once(known, fact) {
    const { shipment, seal } = fact.body, way = known.of(WAY, shipment), newest = way.seals[way.seals.length - 1];
    if (!seal.trim()) return [`${shipment} was sealed with nothing`];
    if (fact.body.shipper !== way.shipper) return [`${fact.body.shipper} was sealed; ${shipment} lies in ${way.shipper || "nothing"}`];
    if (fact.type === SEALED) return unless(newest === undefined, `${newest} was on ${shipment} already`);
    return unless(newest !== undefined && newest !== seal, `${seal} replaces ${newest ?? "none"}`);
  });

invariant("TRC-11, SCS-12, SCS-08", [SEAL_REPLACED, UNPACKED],
  "No shipment is called off or sealed anew that has left, was opened, or is held out to somebody.",
  function what_left_or_is_held_out_stays_as_it_is(known, fact) {
    const { shipment } = fact.body, { left, opened, units } = known.of(WAY, shipment);
    const heldOut = units.filter((unit) => known.of(CUSTODY, unit).offeredTo);
    return [...unless(!left, `${shipment} had left`), ...unless(!opened, `${shipment} was opened`), ...heldOut.map((unit) => `${unit} was held out`)];
  });

invariant("SCS-08", ["logistics.logger_started.v1", LOGGER_READ],
  "A logger has a number, and the file that counts for a journey is of the logger that travelled.",
  function a_journey_is_read_from_the_logger_that_made_it(known, fact) {
    const { logger } = fact.body;
    if (!logger.trim()) return ["a logger without a number was started"];
    if (fact.type !== LOGGER_READ) return [];
    const travelled = known.of(WAY, fact.body.shipment).logger;
    return unless(logger === travelled, `${logger} was read; ${travelled || "no logger"} had travelled`);
  });

invariant("SCS-06", ["logistics.shipper_qualified.v1", "logistics.logger_started.v1"],
  "How long a shipper keeps cold says the house that owns it, for days to come; it is used by who keeps it.",
  function a_shipper_is_tested_and_used_by_its_own_house(known, fact) {
    const { shipper } = fact.body, { owner, keptBy } = known.of(VESSEL, shipper), here = fact.actor.organisation;
    if (fact.type === "logistics.logger_started.v1") return unless(keptBy === here, `${shipper} was kept by ${keptBy || "nobody"}, not by ${here}`);
    if (owner !== "" && owner !== here) return [`${shipper} belongs to ${owner} and was tested by ${here}`];
    const { qualified_until } = fact.body;
    return unless(isBefore(fact.time, qualified_until), `the test of ${shipper} had run out on ${qualified_until}`);
  });

invariant("SCS-06, SCS-07", ["logistics.shipper_chosen.v1", PACKED],
  "Cells travel in a shipper whose test still counts, and keeps cold for as long as their programme asks.",
  function a_shipper_keeps_cold_for_longer_than_the_programme_asks(known, fact) {
    const chain = fact.maybe("chain") || known.of(UNIT, fact.body.unit).chain;
    const { shipper } = fact.body, { qualifiedUntil, holdMinutes } = known.of(VESSEL, shipper);
    if (!isBefore(fact.time, qualifiedUntil)) return [`the test of ${shipper} had run out on ${qualifiedUntil || "no day"}`];
    const least = known.terms.minutes(known.of(CHAIN, chain).version, "shipper_hold_time_min");
    if (holdMinutes === null) return [`nobody knows for how long ${shipper} keeps cold`];
    return unless(atMost(least, holdMinutes), `${shipper} keeps cold for ${holdMinutes.toFixed(0)} min of ${least.toFixed(0)}`);
  });

invariant("TRC-11, SCS-12, REG-02", ["custody.offered.v1"],
  "Cells leave a house with the carrier that its shipment names, and while no authority stopped their dispatch.",
  function what_leaves_goes_with_its_carrier_and_is_allowed_to(known, fact) {
    const { unit, to } = fact.body, isCourier = (house) => known.of(ORGANISATION, house).category === "courier";
    if (!isCourier(to) || isCourier(fact.actor.organisation)) return null;
    const { underWay, chain } = known.of(UNIT, unit), carrier = underWay ? known.of(WAY, underWay).carrier : "";
    return [...unless(carrier === to, `${unit} left with ${to}; ${carrier || "nobody"} was named`), ...notAllowed(known, "dispatch", chain, fact)];
  });

invariant("TRC-11, TRC-13", ["custody.offered.v1"],
  "A container is held out to one taker at a time.",
  function what_is_held_out_is_held_out_to_one(known, fact) {
    const { unit } = fact.body, { offeredTo } = known.of(CUSTODY, unit);
    return unless(!offeredTo, `${unit} was held out to ${offeredTo} already`);
  });

invariant("TRC-11, TRC-13", ["custody.handed_over.v1"],
  "A container is taken over while its offer counts: giver and taker see it together.",
  function giver_and_taker_stand_together(known, fact) {
    const { offeredAt } = known.of(CUSTODY, fact.body.unit);
    if (!offeredAt) return null;
    const limit = known.terms.ofTheHouse("custody.offer_valid", fact.entry), passed = minutesBetween(offeredAt, fact.time);
    return unless(atMost(passed, limit), `it was held out ${passed.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });

invariant("TRC-13, SCS-13", ["logistics.received.v1", "logistics.receipt_mismatched.v1"],
  "What arrived is confirmed soon after the first look at it: an old look says nothing about it now.",
  function two_look_at_one_arrival_together(known, fact) {
    const { checkedAt } = known.of(WAY, fact.body.shipment);
    if (!checkedAt) return null;
    const limit = known.terms.ofTheHouse("logistics.receipt_window", fact.entry), passed = minutesBetween(checkedAt, fact.time);
    return unless(atMost(passed, limit), `the first had looked ${passed.toFixed(0)} min before; ${limit.toFixed(0)} are allowed`);
  });
