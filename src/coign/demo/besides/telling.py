"""Everything beside the therapies, in the order in which it is told."""

from collections.abc import Callable, Mapping

from coign.demo.besides import (
    Do,
    administrators,
    devices_in_doubt,
    learning,
    letters,
    second_jobs,
    store_in_doubt,
    stores,
)
from coign.demo.in_memory import InMemory


def after(here: InMemory) -> None:
    """After the last therapy."""
    for what, told in AFTERWARDS.items():
        here.stage = what
        told(Do(here))
    here.stage = ""


AFTERWARDS: Mapping[str, Callable[[Do], None]] = {
    "second jobs": second_jobs.done,
    "administrators": administrators.told,
    "devices in doubt": devices_in_doubt.told,
    "letters": letters.told,
    "stores": stores.told,
    "store in doubt": store_in_doubt.told,
    "learning": learning.told,
}
