"""The gates of the device at the chair: an apheresis device of the register that is in order now."""

from typing import Protocol

from coign.equipment.views import DEVICE, not_of_kind_because
from coign.identity.views import CHAIN
from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Equipment


class OfDevice(Protocol):
    """A command that names the device cells are collected with."""

    @property
    def chain(self) -> Chain: ...

    @property
    def equipment(self) -> Equipment: ...


def _unknown_because(asked: OfDevice, known: Circumstances) -> str | None:
    """None, or why it is no apheresis device of the therapy's centre."""
    centre = known.state(CHAIN, asked.chain).centre
    if centre is None:
        return None  # `collection.therapy_is_of_this_centre` says so
    return not_of_kind_because(asked.equipment, "apheresis_device", centre, known)


@gate(
    "collection.device_is_registered",
    requirement="GMP-09",
    protects="What nobody qualified is not connected to a patient, and its recall reaches nobody.",
    remedy="Scan the apheresis device again, or have it registered with its qualification.",
    resolvers=("nurse", "celllab"),
    risk=Risk.PATIENT,
)
def device_is_registered(asked: OfDevice, known: Circumstances) -> str | None:
    return _unknown_because(asked, known)


@gate(
    "collection.device_may_be_used",
    requirement=("GMP-09", "GMP-03"),
    protects="A device in doubt draws or returns another volume than it shows.",
    remedy="Take another device, or have this one calibrated or returned to service.",
    resolvers=("celllab",),
    risk=Risk.PATIENT,
)
def device_may_be_used(asked: OfDevice, known: Circumstances) -> str | None:
    if _unknown_because(asked, known):
        return None  # `collection.device_is_registered` says so
    why = known.state(DEVICE, asked.equipment).not_usable_because(known.now)
    return f"{asked.equipment.identifier} {why}" if why else None
