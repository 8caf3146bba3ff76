// Invariants of the dose: no more cells than the programme allows, no fewer than it asks for, on findings told.

const DOSED_FOR = ["clinical.conditioning_started.v1", "infusion.issued.v1", THAWED];

/** Of products of two exact numbers, in units of 10^-24. */
const millions = (cells) => (Number(cells) / 1e24).toFixed(2);
const cellsIn = ({ volume, strength }) => (volume === null || strength === null ? null : volume * strength);
const sumOf = (amounts) => amounts.reduce((sum, each) => sum + each, 0n);
const smallest = (amounts) => amounts.reduce((one, other) => (one === null || other < one ? other : one), null);

/** What is there of the product, and released. */
function bagsThere(known, chain) {
  const states = [...known.of(CHAIN, chain).products].sort().map((unit) => ({ unit, ...known.of(UNIT, unit) }));
  return states.filter(({ answered, ended }) => answered && !ended).map(({ unit }) => known.of(FILL, unit));
}

/** Million cells in each bag of which somebody said how many they are. */
const cellsThere = (known, chain) => bagsThere(known, chain).map(cellsIn).filter((each) => each !== null);

/** The least and the most for the patient's weight; null: nobody said it, or a number was put right since. */
function doseFor(known, fact) {
  const { chain } = fact.body, receives = known.of(RECEIVES, chain), weight = amountIn(fact.maybe("weight"), "kg") || receives.weight;
  return weight === null || receives.corrected ? null : known.terms.dose(known.of(CHAIN, chain).version, weight);
}

invariant("PAT-29", DOSED_FOR,
  "What was given and what is in the next bag are together no more than the dose for the patient's weight.",
  function nobody_is_given_more_cells_than_the_programme_allows(known, fact) {
    const { chain } = fact.body, there = cellsThere(known, chain), dose = doseFor(known, fact);
    const isPlan = fact.type === "clinical.conditioning_started.v1", next = isPlan ? smallest(there) : cellsIn(known.of(FILL, fact.body.unit));
    if (dose === null || next === null) return null;
    const { given } = known.of(RECEIVES, chain);
    const cells = next + sumOf(given.map(({ unit, volume }) => volume * (known.of(FILL, unit).strength ?? 0n)));
    return unless(cells <= dose.most, `${millions(cells)} million cells for ${chain}; ${millions(dose.most)} are allowed`);
  });

invariant("PAT-29", DOSED_FOR,
  "Nobody is conditioned, or given a first bag, for fewer cells in all than the dose, but for an exception.",
  function nobody_begins_with_fewer_cells_than_the_programme_asks(known, fact) {
    const { chain } = fact.body, there = cellsThere(known, chain), dose = doseFor(known, fact);
    if (dose === null || !there.length || known.of(RECEIVES, chain).given.length || bagsThere(known, chain).some(({ excepted }) => excepted)) return null;
    return unless(sumOf(there) >= dose.least, `${millions(sumOf(there))} million cells for ${chain}; ${millions(dose.least)} are asked for`);
  });

invariant("PAT-28, PAT-29", ["infusion.patient_assessed.v1"],
  "Each thing that the programme asks about is told once, a number in the unit that was asked for.",
  function everything_that_is_asked_before_an_infusion_is_told(known, fact) {
    const asked = known.terms.items(known.of(CHAIN, fact.body.chain).version), findings = listIn(fact.body.findings);
    const told = findings.map((each) => need(each, "id")[0]), times = (item) => told.filter((each) => each === item).length;
    const others = [...new Set(told)].filter((item) => !Object.hasOwn(asked, item)).sort();
    return [
      ...Object.keys(asked).filter((item) => times(item) !== 1).map((item) => `${item} was told ${times(item)} times`),
      ...others.map((item) => `${item} was not asked for`),
      ...findings.filter(({ id, unit }) => unit && unit !== asked[id]).map(({ id, value, unit }) => `${id} of ${value} ${unit}`),
    ];
  });
