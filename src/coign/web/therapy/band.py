"""The identity band of a therapy: for each reader exactly what their work needs (TRC-26)."""

from typing import Any

from coign.kernel.subjects import Patient
from coign.web.templatetags.coign_ui import BATCH_COLOURS
from coign.web.therapy.deciding import batch_of
from coign.web.therapy.identities import Identity
from coign.web.therapy.story import Story, name_of


def band(story: Story) -> dict[str, Any]:
    """The values of the `identity_band` building block. A carrier gets an empty one: nothing is drawn."""
    if not story.sees_chain and not story.sees_patient:
        return {}
    shown: dict[str, Any] = of_identity(story.identity)
    shown |= {"coi": story.coi, "product": story.product}
    batch = batch_of(story)
    if batch is not None and not story.sees_patient:
        shown |= {"batch": batch.identifier, "batch_colour": colour_of(str(batch))}
    if story.sees_chain and not story.sees_patient:
        shown["destination"] = name_of(story.journey.centre)
    return shown


def of_identity(identity: Identity | None) -> dict[str, Any]:
    """Initials and two identifiers, for those who may know them."""
    if identity is None:
        return {}
    return {"initials": identity.initials, "hospital_number": identity.hospital_number, "born": identity.born}


def colour_of(batch: str) -> str:
    """A colour that tells batches apart in the plant; the same for the same batch, and always with its name."""
    return BATCH_COLOURS[sum(batch.encode()) % len(BATCH_COLOURS)]


def patient_of(story: Story) -> Patient:
    """The patient of a therapy."""
    return Patient(story.journey.patient)
