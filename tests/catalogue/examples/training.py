"""Who may perform which task."""

from typing import Any

from tests.support.plant import FILE, OPERATOR, SEALED, TRAINER, Plant
from tests.support.plant_cases import allow, nothing, refuse

from coign.kernel.subjects import Person

QUALIFY, REVOKE = "training.qualify", "training.revoke_qualification"
FILLING = {"person": OPERATOR.person, "task": "filling", "why": SEALED}


def asked(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"person": OPERATOR.person, "task": "filling", "until": p.now.plus(days=300), "evidence": FILE}
    return {**good, **changed}


allow(QUALIFY, TRAINER, nothing, asked)
refuse(QUALIFY, "trainee_is_active", TRAINER, nothing, lambda p: asked(p, person=Person.of("nobody")))
refuse(QUALIFY, "assessor_is_another", TRAINER, nothing, lambda p: asked(p, person=TRAINER.person))
refuse(QUALIFY, "task_is_known", TRAINER, nothing, lambda p: asked(p, task="juggling"))
refuse(QUALIFY, "end_lies_ahead", TRAINER, nothing, lambda p: asked(p, until=p.now))
refuse(QUALIFY, "end_is_in_reach", TRAINER, nothing, lambda p: asked(p, until=p.now.plus(days=366, minutes=1)))

allow(REVOKE, TRAINER, lambda p: p.qualify(OPERATOR, "filling"), FILLING)
refuse(REVOKE, "qualification_is_held", TRAINER, nothing, FILLING)
