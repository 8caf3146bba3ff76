"""Invariants of keeping: a donor's blood and its hazards, bags that were meant, values put right one by one."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BLOOD, CHAIN, DISPUTED, MEANT, UNIT

#: What dilutes a donor's blood, and in which units it is told (UCUM).
INFUSED, VOLUME, WEIGHT = ("blood", "colloids", "crystalloids"), "mL", "kg"
ENDS = ("blood_until", "crystalloids_until")


@invariant("TRC-20", "TRC-10", hears=("donor.samples_taken.v1",))
def a_donors_sample_has_a_number_of_its_own(known: Known, fact: Heard) -> Verdict:
    """No two samples of a donor bear one number: a report belongs to one of them."""
    sample, chain = fact.body["sample"], fact.body["chain"]
    return (f"{sample} of {chain} had been taken before",) if sample in known.of(BLOOD, chain) else ()


@invariant("TRC-20", "CSV-28", hears=("donor.samples_taken.v1",))
def what_dilutes_a_sample_is_told_whole(known: Known, fact: Heard) -> Verdict:
    """What was given before a donor's blood was taken is told whole, in its units, and ended before."""
    body = fact.body
    given = body.get("given_before")
    if given is None:
        return None
    volumes = [body[name] for name in INFUSED if body.get(name)]
    ends = [body[name] for name in ENDS if body.get(name)]
    if given == "no":
        return ("nothing was given, and yet it is told",) if volumes or ends else ()
    weight = body.get("weight")
    said = [] if volumes and weight else ["something was given, without weight or volumes"]
    told = [(each, VOLUME) for each in volumes] + ([(weight, WEIGHT)] if weight else [])
    said += [f"{q['value']} {q['unit']} is told in {unit}" for q, unit in told if q["unit"] != unit]
    said += [f"{q['value']} {q['unit']} is nothing" for q, _ in told if float(q["value"]) <= 0]
    return (*said, *(f"it ended on {end}, after the sample" for end in ends if end > body["taken_at"]))


@invariant("TRC-19", "TRC-15", hears=("donor.set_apart.v1",))
def only_what_is_hazardous_is_marked_so(known: Known, fact: Heard) -> Verdict:
    """A bag is marked as a hazard and set apart when a marker of its donor is reactive."""
    unit = fact.body["unit"]
    return () if known.of(CHAIN, known.of(UNIT, unit).chain).reactive else (f"no marker of {unit} is reactive",)


@invariant("TRC-13", "SCS-04", hears=("storage.taken_out.v1",))
def what_is_taken_out_was_meant_to_be(known: Known, fact: Heard) -> Verdict:
    """A bag is taken out of its place by two, the first of whom said before that this one is meant."""
    unit = fact.body["unit"]
    meant_by = known.of(MEANT, unit)
    return () if meant_by == fact.body["first"] else (f"{meant_by or 'nobody'} had said that {unit} is meant",)


@invariant("CSV-05", "TRC-13", hears=("correction.proposed.v1",))
def a_value_is_put_right_once_at_a_time(known: Known, fact: Heard) -> Verdict:
    """While a second person has still to read the source of a value nobody proposes another one for it."""
    body = fact.body
    same = [
        d.case for d in known.of(DISPUTED, body["home"]) if (d.entry, d.name) == (body.get("entry"), body.get("name"))
    ]
    return tuple(f"{case} waited for a second person" for case in sorted(same))


INVARIANTS = (
    a_donors_sample_has_a_number_of_its_own,
    what_dilutes_a_sample_is_told_whole,
    only_what_is_hazardous_is_marked_so,
    what_is_taken_out_was_meant_to_be,
    a_value_is_put_right_once_at_a_time,
)
