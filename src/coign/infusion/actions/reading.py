"""Which states the acts around one bag need: the bag's, then its therapy's, then its patient's."""

from collections.abc import Sequence

from coign.clinical.views import COURSE, PATIENT
from coign.coldchain.views import CONDITION
from coign.correction.views import CORRECTIONS
from coign.custody.views import HOLDING
from coign.identity.views import CHAIN, UNIT
from coign.infusion.product_gates import OfUnit
from coign.infusion.state import BAG, READINESS
from coign.infusion.views import INFUSION
from coign.kernel.actions import Circumstances, Read
from coign.kernel.values import Actor
from coign.logistics.views import RECEIPT
from coign.manufacturing.views import BATCH, reads_of_lots
from coign.quality.views import DISPOSITION
from coign.regulatory.views import ADMINISTRATION, reads_of_authorisation
from coign.storage.views import PLACE
from coign.training.views import reads_of_skill


def of_bag(asked: OfUnit, actor: Actor) -> Sequence[Read]:
    """What is known of the bag, and of who acts."""
    views = (UNIT, BAG, HOLDING, RECEIPT, CONDITION, DISPOSITION, PLACE)
    return (*(Read(asked.unit, view) for view in views), *reads_of_skill(actor.person))


def of_therapy(asked: OfUnit, known: Circumstances) -> Sequence[Read]:
    """What is known of the therapy that the bag was made for, and of its batch."""
    bag = known.state(UNIT, asked.unit)
    made_in = () if bag.batch is None else (Read(bag.batch, BATCH),)
    views = (CHAIN, COURSE, INFUSION, READINESS, ADMINISTRATION, CORRECTIONS)
    of_chain = () if bag.chain is None else tuple(Read(bag.chain, view) for view in views)
    return (*made_in, *of_chain)


def of_patient(asked: OfUnit, known: Circumstances) -> Sequence[Read]:
    """What is known of the patient, of all bags of the therapy, of the lots in the bag, of what an authority allows."""
    bag = known.state(UNIT, asked.unit)
    lots = reads_of_lots(bag.batch, known)
    if bag.chain is None:
        return lots
    therapy = known.state(CHAIN, bag.chain)
    of_patient = () if therapy.patient is None else (Read(therapy.patient, PATIENT),)
    made = [each for each in therapy.units if each.kind == "final_container"]
    bags = tuple(Read(each.unit, view) for each in made for view in (UNIT, DISPOSITION))
    batches = tuple(
        Read(batch, view)
        for batch in dict.fromkeys(each.batch for each in made)
        if batch is not None
        for view in (BATCH, CORRECTIONS)
    )
    return (*lots, *of_patient, *bags, *batches, *reads_of_authorisation(therapy.product, therapy.centre))
