"""Invariants of keeping: a donor's blood, tanks that are watched, bags that were meant, values put right one by one."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import BLOOD, CHAIN, DEVICE, DISPUTED, MEANT, SOURCE, TANK, UNIT

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


@invariant("TRC-13", "CSV-05", hears=("correction.differs.v1", "correction.value_corrected.v1"))
def a_source_is_read_where_it_lies(known: Known, fact: Heard) -> Verdict:
    """The second reading of a value is made in the house that recorded it, from the source itself."""
    lies, here = known.of(SOURCE, fact.body["case"]), fact.entry["intent"]["actor"]["organisation"]
    if not lies:
        return None
    return () if here == lies else (f"{here} read what lies at {lies}",)


@invariant("SCS-03", "GMP-09", hears=("storage.tank_qualified.v1",))
def a_tank_is_tested_by_its_own_house(known: Known, fact: Heard) -> Verdict:
    """What a tank is fit for says the house that owns it; what is registered as another device is none."""
    tank, by = fact.body["tank"], fact.body["organisation"]
    owner = known.of(TANK, tank).owner
    said = [] if owner in ("", by) else [f"{tank} belongs to {owner} and was tested by {by}"]
    return (*said, *((f"{tank} is registered as another device",) if known.of(DEVICE, tank).registered else ()))


@invariant("SCS-03", hears=("storage.box_set_up.v1", "storage.placed.v1"))
def cells_lie_where_somebody_watches_the_cold(known: Known, fact: Heard) -> Verdict:
    """Boxes stand, and cells are laid down, in tanks that are in service and whose tests count."""
    tank = fact.body["tank"]
    state = known.of(TANK, tank)
    why = "was out of service" if state.closed else f"was tested until {state.qualified_until or 'no day'}"
    return () if state.may_be_used(fact.time) else (f"{tank} {why}",)


INVARIANTS = (
    a_donors_sample_has_a_number_of_its_own,
    what_dilutes_a_sample_is_told_whole,
    only_what_is_hazardous_is_marked_so,
    what_is_taken_out_was_meant_to_be,
    a_value_is_put_right_once_at_a_time,
    a_source_is_read_where_it_lies,
    a_tank_is_tested_by_its_own_house,
    cells_lie_where_somebody_watches_the_cold,
)
