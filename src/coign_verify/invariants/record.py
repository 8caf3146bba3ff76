"""Invariants of the record itself: its order, its counts, and what refused and reported entries may say."""

from coign_verify.invariants.model import Heard, Known, Verdict, invariant
from coign_verify.invariants.trackers import LOG_KEY
from coign_verify.log_keys import CHANGED

#: What a report of an act outside the rules may bring with it: nothing that a rule would take for the act itself.
WITH_A_REPORT = frozenset(
    {
        "incident.act_reported.v1", "identity.units_blocked.v1", "quality.deviation_opened.v1",
        "safety.case_opened.v1", "safety.event_reported.v1",
    }
)  # fmt: skip


@invariant("CSV-07", "CSV-05", hears=("refused",))
def what_is_refused_changes_nothing(known: Known, fact: Heard) -> Verdict:
    """A refusal names the gates that did not hold, and changes nothing."""
    said = [f"it is about {a['subject']}" for a in fact.entry["about"]]
    said += [f"it holds {f['type']}" for f in fact.entry["intent"].get("facts") or ()]
    return tuple(said) if fact.entry["unmet"] else (*said, "it names no gate")


@invariant("CSV-07", "CSV-08", hears=("done",))
def nothing_is_done_while_a_gate_does_not_hold(known: Known, fact: Heard) -> Verdict:
    """What is entered as done met every gate."""
    unmet = fact.entry["unmet"]
    return tuple(f"{gate} did not hold" for gate in unmet) if unmet else ()


@invariant("GMP-18", "CSV-05", hears=("observed", "incident.act_reported.v1"))
def what_is_reported_counts_for_no_gate(known: Known, fact: Heard) -> Verdict:
    """What happened outside the rules is entered as observed and never as the act itself."""
    if fact.entry["outcome"] != "observed":
        return ("an act outside the rules was entered as done",)
    kinds = sorted({f["type"] for f in fact.entry["intent"]["facts"]} - WITH_A_REPORT)
    return tuple(f"it holds {kind}" for kind in kinds)


@invariant("CSV-01", "CSV-S2", hears=("done", "observed"))
def entries_about_a_subject_follow_without_a_gap(known: Known, fact: Heard) -> Verdict:
    """Every subject counts its own entries, and each of them names the one before."""
    if known.heads is None or not fact.entry["about"]:
        return None
    said = []
    for about in fact.entry["about"]:
        subject, seq, prev = about["subject"], about["seq"], about["prev"]
        count, position = known.heads.of(subject)
        if seq == count + 1 and prev == position:
            continue
        if seq <= count + 1 or not known.heads.partial:
            said.append(f"it calls itself entry {seq} of {subject} after {prev}; it is {count + 1} after {position}")
    return tuple(said)


@invariant("CSV-38", "CSV-S1", "CSV-S3", hears=("done", "refused", "observed"))
def time_never_goes_backwards(known: Known, fact: Heard) -> Verdict:
    """Every entry is later than the one before it."""
    if known.heads is None or not known.heads.last_time:
        return None
    last = known.heads.last_time
    return () if fact.time > last else (f"it was entered at {fact.time}, after one of {last}",)


@invariant("CSV-01", "CSV-18", hears=(CHANGED,))
def the_key_of_the_log_changes_only_as_the_keys_say(known: Known, fact: Heard) -> Verdict:
    """The log's key changes by what two brought, and the new key signed, and the one before or the root."""
    state, statement = known.of(LOG_KEY, fact.body["log_key"]), fact.body["statement"]
    said = []
    if state.proposed != statement:
        said.append("nobody had proposed it")
    elif state.proposed_by == fact.person:
        said.append(f"{fact.person} changed it alone")
    try:
        state.after(fact.entry.get("position", 0), statement)
    except ValueError as error:
        said.append(str(error))
    return tuple(said)


INVARIANTS = (
    what_is_refused_changes_nothing,
    nothing_is_done_while_a_gate_does_not_hold,
    what_is_reported_counts_for_no_gate,
    entries_about_a_subject_follow_without_a_gap,
    time_never_goes_backwards,
    the_key_of_the_log_changes_only_as_the_keys_say,
)
