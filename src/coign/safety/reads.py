"""What acts about a treated patient read: the therapy, what was given, what was seen since; then the patient."""

from collections.abc import Sequence

from coign.identity.views import CHAIN
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Read
from coign.kernel.values import Actor
from coign.safety.gates import OfChain
from coign.safety.state import REACTIONS


def of_therapy(asked: OfChain, actor: Actor) -> Sequence[Read]:
    """What the command names."""
    return (Read(asked.chain, CHAIN), Read(asked.chain, INFUSION), Read(asked.chain, REACTIONS))


def of_patient(asked: OfChain, known: Circumstances) -> Sequence[Read]:
    """Whom the therapy is for."""
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient),)
