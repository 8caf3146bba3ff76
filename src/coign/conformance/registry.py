"""The one list of standards we run, by the name of their folder."""

from collections.abc import Callable, Mapping

from coign.conformance import adverse_event_grading, gs1, isbt128, pharmacovigilance, rfc3161, rfc6962, rfc8785, tlog
from coign.conformance.manifest import Folder
from coign.conformance.report import Tally

Runner = Callable[[Folder, Tally], None]

RUNNERS: Mapping[str, Runner] = {
    "adverse-event-grading": adverse_event_grading.run,
    "gs1": gs1.run,
    "isbt128": isbt128.run,
    "pharmacovigilance": pharmacovigilance.run,
    "rfc3161": rfc3161.run,
    "rfc6962": rfc6962.run,
    "rfc8785": rfc8785.run,
    "tlog": tlog.run,
}
