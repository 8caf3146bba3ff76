"""An application and what is asked and owed about it, as stories of the plant use them."""

from typing import Any

from tests.support.authorised import TRIAL
from tests.support.plant import AUTHORITY_EU, DEMOLUCEL, FILE, REGULATORY, SEALED, Plant

from coign.kernel.subjects import Application, Organisation, Person, Product
from coign.kernel.values import Actor

SUBMIT, ADD = "regulatory.submit_application", "regulatory.add_document"
ASK, ANSWER, DECIDE = "regulatory.ask_question", "regulatory.answer_question", "regulatory.decide_application"
IMPOSE, REPORT, JUDGE = "regulatory.impose_condition", "regulatory.report_fulfilment", "regulatory.judge_fulfilment"
A1, OTHERLUCEL = Application.of("A1"), Product.of("otherlucel")
ELSEWHERE = Organisation.of("other-authority")
OTHER_ASSESSOR = Actor(Person.of("assessor-2"), "authority", ELSEWHERE)
NEW = {
    "product": OTHERLUCEL, "jurisdiction": "EU", "asking": "new", "basis": "trial", "authority": AUTHORITY_EU,
    "title": "Otherlucel, first use in people", "dossier": FILE, "application": A1,
}  # fmt: skip
CHANGE = {**NEW, "product": DEMOLUCEL, "asking": "variation", "authorisation": TRIAL}
DOCUMENT = {"application": A1, "name": "Stability", "document": FILE}
QUESTION = {"application": A1, "weight": "major_objection", "question": SEALED}
REPLY = {"application": A1, "number": 1, "answer": SEALED, "document": FILE}
APPROVED = {"application": A1, "verdict": "approved", "why": SEALED, "evidence": FILE}
THIS = {"authorisation": TRIAL, "condition": 1}


def submitted(p: Plant) -> None:
    p.act(SUBMIT, REGULATORY, **NEW)


def impose(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {
        "authorisation": TRIAL,
        "what": SEALED,
        "due": p.now.plus(days=90),
        "stops": ("dispatch",),
        "evidence": FILE,
    }
    return {name: value for name, value in {**good, **changed}.items() if value is not None}
