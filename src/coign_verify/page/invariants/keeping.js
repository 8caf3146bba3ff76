// Invariants of keeping: a donor's blood and its hazards, bags that were meant, values put right one by one.

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
