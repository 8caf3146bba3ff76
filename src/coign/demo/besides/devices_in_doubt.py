"""A device that was found out of order after it was used, and one that was cleaned too late: judged by others."""

from coign.demo.besides import EVIDENCE, Do, by
from coign.kernel.subjects import Equipment

#: Used in every therapy at the maker.
MEASURED, CLEANED = Equipment.of("cell-counter-1"), Equipment.of("cell-processor-1")


def told(do: Do) -> None:
    """After the last therapy."""
    found = {"finding": "out_of_calibration", "calibrated_on": do.now, "evidence": EVIDENCE}
    do(by("analyst-1"), "equipment.calibrate", {"equipment": MEASURED, **found})
    harmless = "Demonstration: it read two per cent too low; every count stays within its limits."
    judged = {"conclusion": "no_effect", "assessment": harmless, "evidence": EVIDENCE}
    do(by("qa-1"), "equipment.assess_doubt", {"equipment": MEASURED, **judged})
    adjusted = {"finding": "in_order", "calibrated_on": do.now.plus(minutes=1), "due_on": do.now.plus(days=90)}
    do(by("analyst-1"), "equipment.calibrate", {"equipment": MEASURED, **adjusted, "evidence": EVIDENCE})
    do(by("analyst-1"), "equipment.clean", {"equipment": CLEANED, "agent": "70 % isopropanol", "begun_at": do.now})
    late = {"verdict": "clean", "assessment": "Demonstration: swabs show nothing.", "evidence": EVIDENCE}
    do(by("qa-1"), "equipment.judge_late_cleaning", {"equipment": CLEANED, **late})
