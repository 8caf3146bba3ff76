// What is remembered of the cells in a bag, and of the weight of who gets them.

/** The number, exactly, if it stands in this unit; null: it does not. */
function amountIn(quantity, unit) {
  if (!isTrue(quantity ?? null)) return null;
  return need(quantity, "unit")[0] === unit ? amountOf(quantity) : null;
}

const bagFilled = (_, { held }) => ({ volume: amountIn(held.volume, "mL") });

/** A bag of product. */
const FILL = tracker("fill", { volume: null, strength: null, excepted: false },
  ["unit", { "manufacturing.bag_filled.v1": bagFilled }],
  ["final_container", { "manufacturing.filled.v1": bagFilled }],
  ["units", {
    "quality.certified.v1": (_, { held }) => ({ strength: amountIn(held.strength, "10*6/mL"), excepted: false }),
    "quality.supplied_under_exception.v1": (_, { held }) => ({ strength: amountIn(held.strength, "10*6/mL"), excepted: true }),
  }],
);

const weighed = (_, { held }) => (isTrue(held.weight ?? null) ? { weight: amountIn(held.weight, "kg") } : null);

/** The facts with the numbers that a dose is worked out from. */
const COUNTED = [
  "clinical.ordered.v1", "clinical.conditioning_started.v1", "infusion.patient_assessed.v1", "infusion.finished.v1",
  "manufacturing.bag_filled.v1", "manufacturing.filled.v1",
];

/**
 * Who gets the cells of a therapy: the newest weight, and how many millilitres were given of which bag.
 *
 * `corrected`: a weight or a volume was put right since, and what is remembered says nothing any more.
 */
const RECEIVES = tracker("receives", { weight: null, given: [], corrected: false },
  ["chain", {
    "clinical.ordered.v1": weighed,
    "clinical.conditioning_started.v1": weighed,
    "infusion.patient_assessed.v1": weighed,
    "infusion.finished.v1": ({ given }, { body, held }) => {
      const volume = amountIn(held.given, "mL");
      if (volume === null) return null;
      return { given: [...given.filter((each) => each.unit !== body.unit || each.volume !== volume), { unit: body.unit, volume }] };
    },
  }],
  ["of", { "correction.value_corrected.v1": ({ corrected }, { body }) => ({ corrected: corrected || COUNTED.includes(body.fact) }) }],
);
