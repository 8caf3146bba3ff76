"""Packs and lots that are not what they say: looked into, cleared or told to the authority; and a lot tested again."""

from coign.demo import classroom
from coign.demo.besides import EVIDENCE, Do, by, named
from coign.kernel.subjects import Lot
from coign.supply.views import LOT

CHECKED = {"packs_in_hand": 4, "packs_checked": 4, "finding": "Demonstration: every pack was laid side by side."}
#: Lots of the store that no therapy needs any more when this is told.
AGAIN, SUSPECT = Lot.of("VECTOR-4101"), Lot.of("MEDIUM-4102")


def told(do: Do) -> None:
    """From the first doubt to its end."""
    _cleared(do)
    _illegitimate(do)
    do(by("qa-1"), "supply.retest_lot", {"lot": AGAIN, "retest_by": do.now.plus(days=60), "raw": EVIDENCE})


def _cleared(do: Do) -> None:
    what = "Demonstration: the seal of the carton is of another colour."
    case = named(do(by("warehouse-1"), "supply.suspect_lot", {"lot": SUSPECT, "what": what}), "case")
    do(by("qa-1"), "supply.investigate_suspicion", {"case": case, **CHECKED, "packs_wrong": 0, "evidence": EVIDENCE})
    found = "Demonstration: the supplier changed its seals."
    do(by("qa-1"), "supply.clear_suspicion", {"case": case, "finding": found, "evidence": EVIDENCE})


def _illegitimate(do: Do) -> None:
    expires = do.here.of(LOT, classroom.VIALS).expires
    assert expires is not None
    pack = {"gtin": classroom.GTIN, "lot_number": classroom.VIALS.identifier, "expires_on": expires[:10]}
    copied = {**pack, "number": classroom.PACKS[1], "looks_wrong": True}
    case = named(do(by("warehouse-2"), "supply.check_pack", copied), "case")
    do(by("qa-1"), "supply.investigate_suspicion", {"case": case, **CHECKED, "packs_wrong": 1, "evidence": EVIDENCE})
    grounds = {"grounds": "illegitimate", "basis": "Demonstration: the maker never printed it.", "evidence": EVIDENCE}
    do(by("qa-1"), "supply.determine_illegitimate", {"case": case, **grounds})
    sent = {"case": case, "to": "authority", "sent_at": do.now, "reference": "N-1", "evidence": EVIDENCE}
    do(by("qa-1"), "supply.notify_illegitimate", sent)
    do(by("qa-1"), "supply.consult_authority", {"case": case, "agrees": True, "evidence": EVIDENCE})
    do(by("qa-1"), "supply.terminate_notification", {"case": case, "why": "Demonstration: all of it was destroyed."})
