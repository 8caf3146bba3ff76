// Invariants of keeping: a donor's blood, tanks that are watched, bags that were meant, values put right one by one.

invariant("TRC-20, TRC-10", ["donor.samples_taken.v1"],
  "No two samples of a donor bear one number: a report belongs to one of them.",
  function a_donors_sample_has_a_number_of_its_own(known, fact) {
    const { sample, chain } = fact.body;
    return unless(!known.of(BLOOD, chain).samples.has(sample), `${sample} of ${chain} had been taken before`);
  });

invariant("TRC-20, CSV-28", ["donor.samples_taken.v1"],
  "What was given before a donor's blood was taken is told whole, in its units, and ended before.",
  function what_dilutes_a_sample_is_told_whole(known, fact) {
    const given = fact.maybe("given_before"), told = (...names) => names.map((name) => fact.maybe(name)).filter((each) => isTrue(each));
    if (given === null) return null;
    const volumes = told("blood", "colloids", "crystalloids"), ends = told("blood_until", "crystalloids_until"), weights = told("weight");
    if (given === "no") return unless(!volumes.length && !ends.length, "nothing was given, and yet it is told");
    const amounts = [...volumes.map((each) => [each, "mL"]), ...weights.map((each) => [each, "kg"])];
    return [
      ...unless(volumes.length && weights.length, "something was given, without weight or volumes"),
      ...amounts.flatMap(([each, asked]) => {
        const [value, unit] = need(each, "value", "unit");
        return [...unless(unit === asked, `${value} ${unit} is told in ${asked}`), ...unless(numberIn(value) > 0, `${value} ${unit} is nothing`)];
      }),
      ...ends.filter((end) => isBefore(fact.body.taken_at, end)).map((end) => `it ended on ${end}, after the sample`),
    ];
  });

invariant("TRC-19, TRC-15", ["donor.set_apart.v1"],
  "A bag is marked as a hazard and set apart when a marker of its donor is reactive.",
  function only_what_is_hazardous_is_marked_so(known, fact) {
    const { unit } = fact.body;
    return unless(known.of(CHAIN, known.of(UNIT, unit).chain).reactive, `no marker of ${unit} is reactive`);
  });

invariant("TRC-13, SCS-04", ["storage.taken_out.v1"],
  "A bag is taken out of its place by two, the first of whom said before that this one is meant.",
  function what_is_taken_out_was_meant_to_be(known, fact) {
    const { unit } = fact.body, { by } = known.of(MEANT, unit);
    return unless(by === fact.body.first, `${by || "nobody"} had said that ${unit} is meant`);
  });

invariant("CSV-05, TRC-13", ["correction.proposed.v1"],
  "While a second person has still to read the source of a value nobody proposes another one for it.",
  function a_value_is_put_right_once_at_a_time(known, fact) {
    const { disputed } = known.of(DISPUTED, fact.body.home), entry = fact.maybe("entry"), name = fact.maybe("name");
    const alike = [...new Set(disputed.filter((each) => each.entry === entry && each.name === name).map((each) => each.case))];
    return alike.sort().map((each) => `${each} waited for a second person`);
  });

invariant("TRC-13, CSV-05", ["correction.differs.v1", "correction.value_corrected.v1"],
  "The second reading of a value is made in the house that recorded it, from the source itself.",
  function a_source_is_read_where_it_lies(known, fact) {
    const { house } = known.of(SOURCE, fact.body.case), here = fact.actor.organisation;
    return house ? unless(here === house, `${here} read what lies at ${house}`) : null;
  });

invariant("SCS-03, GMP-09", ["storage.tank_qualified.v1"],
  "What a tank is fit for says the house that owns it; what is registered as another device is none.",
  function a_tank_is_tested_by_its_own_house(known, fact) {
    const { tank, organisation } = fact.body, { owner } = known.of(TANK, tank);
    return [
      ...unless(owner === "" || owner === organisation, `${tank} belongs to ${owner} and was tested by ${organisation}`),
      ...unless(!known.of(DEVICE, tank).registered, `${tank} is registered as another device`),
    ];
  });

invariant("SCS-03", ["storage.box_set_up.v1", "storage.placed.v1"],
  "Boxes stand, and cells are laid down, in tanks that are in service and whose tests count.",
  function cells_lie_where_somebody_watches_the_cold(known, fact) {
    const { tank } = fact.body, { closed, qualifiedUntil } = known.of(TANK, tank);
    if (closed) return [`${tank} was out of service`];
    return unless(isBefore(fact.time, qualifiedUntil), `${tank} was tested until ${qualifiedUntil || "no day"}`);
  });
