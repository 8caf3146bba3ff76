"""Invariants of tests and of the decision that rests on them: by others, on results that stand and are explained."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import (
    AUDIT_TRAIL,
    AUTHORISATION,
    BATCH,
    CHAIN,
    MAKING,
    PRODUCT,
    RESULTS,
    SAMPLE,
    UNIT,
)

RECORDED, REPEATED = "quality.result_recorded.v1", "quality.retest_recorded.v1"
REVIEWED, CERTIFIED = "quality.record_reviewed.v1", "quality.certified.v1"
EXCEPTED = "quality.supplied_under_exception.v1"


@invariant("GMP-20", "GMP-24", "TRC-22", "TRC-14", hears=(RECORDED, REPEATED))
def a_result_is_of_a_sample_of_its_batch(known: Known, fact: Heard) -> Verdict:
    """What is tested is a sample of the batch itself, drawn for this test, whose label was scanned back."""
    sample, batch = fact.body["sample"], fact.body["batch"]
    state = known.of(UNIT, sample)
    if state.kind != "sample" or state.batch != batch:
        return (f"{sample} is no sample of {batch}",)
    said = [] if fact.body["attribute"] in known.of(SAMPLE, sample) else [f"{sample} was drawn for other tests"]
    if not state.label_seen or state.stops or state.ended:
        said.append(f"{sample} might not be used")
    return tuple(said)


@invariant("CSV-28", "GMP-20", hears=(RECORDED, REPEATED))
def a_result_is_read_as_its_specification_is(known: Known, fact: Heard) -> Verdict:
    """A result is given in the unit of its test, and as a number where it is compared with limits."""
    test = known.terms.plan(known.of(MAKING, fact.body["batch"]).version).test(fact.body["attribute"])
    if test is None:
        return (f"{fact.body['attribute']} is no test of {fact.body['batch']}",)
    said = [] if fact.body["unit"] == test.unit else [f"{test.id} was given in {fact.body['unit']}"]
    if test.number and not _is_number(fact.body["value"]):
        said.append(f"{test.id} was given as {fact.body['value']}")
    return tuple(said)


def _is_number(text: str) -> bool:
    whole, _, part = text.removeprefix("-").partition(".")
    return whole.isdecimal() and (not part or part.isdecimal())


@invariant("GMP-21", "GMP-S3", hears=(RECORDED,))
def the_first_result_stands(known: Known, fact: Heard) -> Verdict:
    """A test is made again only when its result was set aside, and no more often than was fixed beforehand."""
    batch, name = fact.body["batch"], fact.body["attribute"]
    state = known.of(RESULTS, batch)
    if state.of(name) is not None:
        return (f"{name} of {batch} had a result that stands",)
    again = state.aside.count(name)
    most = known.terms.of_the_house("quality.retests_max", fact.entry)
    return () if again <= most else (f"{name} of {batch} had been set aside {again} times",)


#: What an investigation goes through.
WAY = (
    "quality.laboratory_assessed.v1", "quality.retests_planned.v1", REPEATED, "quality.investigation_concluded.v1",
    "quality.result_invalidated.v1",
)  # fmt: skip


@invariant("GMP-21", "GMP-S3", "CSV-31", hears=WAY)
def an_investigation_goes_one_way(known: Known, fact: Heard) -> Verdict:
    """The laboratory looks once; repeats are planned once, within a ceiling, and all made by another; then it ends."""
    body = fact.body
    result = known.of(RESULTS, body["batch"]).of(body["attribute"])
    if result is None:
        return (f"{body['attribute']} of {body['batch']} has no result",)
    match WAY.index(fact.type):
        case 0:
            return (f"the laboratory had found {result.found}",) if result.found else ()
        case 1:
            most = known.terms.of_the_house("quality.retests_planned_max", fact.entry)
            said = [f"{result.planned} repeats were planned before"] if result.planned else []
            return tuple(said) if 1 <= body["times"] <= most else (*said, f"{body['times']} repeats were planned")
        case 2:
            said = ["no planned repeat was left"] if result.repeated >= result.planned else []
            return (*said, f"{fact.person} had made the first test") if fact.person == result.by else tuple(said)
        case 3:
            left = 0 if body["no_sample_left"] else result.planned - result.repeated
            return (f"{left} planned repeats were not made",) if left > 0 else ()
    if result.verdict != "fail":
        said = []
    else:
        said = [] if result.found == "laboratory_error" else ["no error of the laboratory was found"]
    said += [f"{fact.person} looked for the error"] if fact.person == result.found_by else []
    said += [f"{fact.person} had tested it"] if fact.person == result.by else []
    return tuple(said)


@invariant("GMP-21", "GMP-15", hears=("quality.result_invalidated.v1",))
def nothing_is_taken_away_under_a_decision(known: Known, fact: Heard) -> Verdict:
    """A result on which a batch was released, supplied or rejected is not set aside afterwards."""
    state = known.of(RESULTS, fact.body["batch"])
    rests = state.decided and fact.body["attribute"] not in state.pending
    return (f"a decision about {fact.body['batch']} rests on {fact.body['attribute']}",) if rests else ()


@invariant("GMP-21", "GMP-19", "GMP-39", "GMP-40", hears=(REVIEWED, CERTIFIED, EXCEPTED))
def nothing_is_decided_on_what_is_unexplained(known: Known, fact: Heard) -> Verdict:
    """A batch with a failing result is read, released or supplied when that result was carried to its decision."""
    state = known.of(RESULTS, fact.body["batch"])
    said = [f"{each.attribute} fails and is not explained" for each in sorted(state.standing) if each.is_unexplained]
    fails = state.too_few or any(each.verdict == "fail" for each in state.standing)
    return tuple(said) if fact.type != EXCEPTED or fails else (*said, "nothing of it fails")


@invariant("GMP-15", "GMP-38", "GMP-40", hears=(CERTIFIED, EXCEPTED))
def what_is_decided_was_tested_for_everything(known: Known, fact: Heard) -> Verdict:
    """Every test of the plan has a result, but for those that may be pending and are named by whoever releases."""
    batch = fact.body["batch"]
    tests, state = known.terms.plan(known.of(MAKING, batch).version).tests, known.of(RESULTS, batch)
    missing = {test.id for test in tests if state.of(test.id) is None}
    named = set(fact.body.get("pending") or ()) if fact.type == CERTIFIED else set()
    may_wait = {test.id for test in tests if test.may_be_pending}
    said = [f"{name} has no result" for name in sorted(missing - (named & may_wait))]
    return (*said, *(f"{name} is named as pending and has a result" for name in sorted(named - missing)))


@invariant("GMP-37", "GMP-02", "REG-02", hears=(CERTIFIED, EXCEPTED))
def who_answers_is_named_on_an_authorisation(known: Known, fact: Heard) -> Verdict:
    """Whoever releases a product, or supplies it under exception, is named for it where it goes."""
    chain = known.of(CHAIN, fact.body["chain"])
    every = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, chain.product).authorisations]
    named = {person for a in every if chain.centre in a.centres for person in a.releasers}
    return () if not named or fact.person in named else (f"{fact.person} is not named to release for {chain.centre}",)


@invariant("CSV-31", "GMP-19", "GMP-37", hears=(CERTIFIED, EXCEPTED, "quality.audit_trail_reviewed.v1"))
def an_audit_trail_is_read_by_another_or_owed(known: Known, fact: Heard) -> Verdict:
    """Before a decision somebody else read the audit trail, or put that off; what stood out in it was answered."""
    state = known.of(AUDIT_TRAIL, fact.body["batch"])
    if fact.type == "quality.audit_trail_reviewed.v1":
        waiting = sorted(set(fact.body.get("exceptional") or ()) - state.answered)
        return tuple(f"entry {entry} stood out and was not answered" for entry in waiting)
    if not state.read_by and not state.put_off_by:
        return (f"nobody had read the audit trail of {fact.body['batch']}",)
    own = fact.person in (state.read_by, state.put_off_by)
    return (f"{fact.person} read the audit trail, or put that off, and decided",) if own else ()


@invariant("CSV-31", "GMP-02", hears=("quality.audit_trail_line_answered.v1",))
def nobody_explains_their_own_entry(known: Known, fact: Heard) -> Verdict:
    """What an entry means that stands out in the audit trail is said by somebody else than made it."""
    entry = fact.body["entry"]
    own = known.of(AUDIT_TRAIL, fact.body["batch"]).judged_by(entry) == fact.person
    return (f"{fact.person} explained entry {entry}, their own",) if own else ()


#: What the quality unit says about a batch; of an assessment for the physician the therapy is named.
JUDGEMENTS = (
    "quality.deviation_closed.v1", "quality.retests_planned.v1", "quality.audit_trail_line_answered.v1",
    "quality.audit_trail_reviewed.v1", "quality.audit_trail_review_deferred.v1",
    "quality.quarantine_shipment_allowed.v1", "quality.exception_risk_assessed.v1", "facility.growth_assessed.v1",
    "quality.investigation_concluded.v1",
)  # fmt: skip


@invariant("GMP-02", "CSV-31", "GMP-19", "GMP-40", hears=JUDGEMENTS)
def nobody_judges_a_batch_they_had_a_hand_in(known: Known, fact: Heard) -> Verdict:
    """Whoever made or tested something of a batch judges nothing about it."""
    batch = fact.body.get("batch") or known.of(CHAIN, fact.body["chain"]).batch if _of_a_batch(fact) else ""
    if not batch:
        return None
    had_part = fact.person in known.of(BATCH, batch).hands
    return (f"{fact.person} had a hand in {batch} ({fact.type})",) if had_part else ()


def _of_a_batch(fact: Heard) -> bool:
    return bool(fact.body.get("batch") or fact.body.get("chain"))


@invariant("TRC-S4", "TRC-27", "GMP-40", hears=(EXCEPTED,))
def an_exception_is_for_the_failing_test_alone(known: Known, fact: Heard) -> Verdict:
    """What is supplied under exception is there, and nothing else about it is in doubt."""
    units = [(unit, known.of(UNIT, unit)) for unit in fact.body["units"]]
    return tuple(f"{u} stood still or had ended" for u, s in units if s.stops or s.ended)


@invariant("GMP-37", "GMP-14", hears=("quality.quarantine_shipment_allowed.v1",))
def nothing_travels_unreleased_where_nobody_foresaw_it(known: Known, fact: Heard) -> Verdict:
    """Product travels before its release only into jurisdictions for which its programme has foreseen it."""
    batch = fact.body["batch"]
    chain = known.of(CHAIN, known.of(BATCH, batch).chain)
    every = [known.of(AUTHORISATION, a) for a in known.of(PRODUCT, chain.product).authorisations]
    places = {a.jurisdiction for a in every if chain.centre in a.centres} - {""}
    foreseen = known.terms.plan(known.of(MAKING, batch).version).travels_before
    return tuple(f"{batch} goes to {place} unreleased" for place in sorted(places - foreseen))


INVARIANTS = (
    a_result_is_of_a_sample_of_its_batch,
    a_result_is_read_as_its_specification_is,
    the_first_result_stands,
    an_investigation_goes_one_way,
    nothing_is_taken_away_under_a_decision,
    nothing_is_decided_on_what_is_unexplained,
    what_is_decided_was_tested_for_everything,
    who_answers_is_named_on_an_authorisation,
    an_audit_trail_is_read_by_another_or_owed,
    nobody_explains_their_own_entry,
    nobody_judges_a_batch_they_had_a_hand_in,
    an_exception_is_for_the_failing_test_alone,
    nothing_travels_unreleased_where_nobody_foresaw_it,
)
