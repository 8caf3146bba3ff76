"""Reference safety information, and who may be taken in."""

from typing import Any

from tests.catalogue.stage import accepted, actor, given, lone_refusal
from tests.support.clinic import CART, VERSION

from coign.kernel.subjects import Document
from coign.kernel.values import FreeText, Instant
from coign.safety.events import EnrolmentHeld, ReferencePublished, ResumptionProposed

SAFETY, QA = actor("safety", "safety", "maker"), actor("qa", "qa", "maker")
PUBLISH = "safety.publish_reference"
HOLD, PROPOSE, CONFIRM = "safety.hold_enrolment", "safety.propose_resumption", "safety.confirm_resumption"
NEW: dict[str, Any] = {
    "product": VERSION.product, "kind": "investigators_brochure", "label": "RSI 5", "effective": "2026-03-01T00:00:00Z",
    "up_to_3": ["Pyrexia"], "fatal": ["Cytokine release syndrome"],
}  # fmt: skip
INSIDE = {"document": Document.of("rsi-5")}
BEFORE = ReferencePublished(
    document=Document.of("rsi-4"), product=VERSION.product, kind="investigators_brochure", label="RSI 4",
    effective=Instant.parse("2026-02-01T00:00:00Z"), up_to_2=("Pyrexia",), up_to_3=(), up_to_4=(), fatal=(),
    by=SAFETY.person,
)  # fmt: skip

accepted(PUBLISH, actor=SAFETY, command=NEW, inside=INSIDE)
accepted(PUBLISH, actor=SAFETY, given=[BEFORE], command=NEW, inside=INSIDE)
lone_refusal(
    PUBLISH,
    "safety.reference_is_next",
    actor=SAFETY,
    given=[BEFORE],
    command=NEW | {"effective": "2026-01-05T00:00:00Z"},
    inside=INSIDE,
)
lone_refusal(
    PUBLISH, "safety.reference_can_be_read", actor=SAFETY, command=NEW | {"up_to_3": [], "fatal": []}, inside=INSIDE
)
lone_refusal(
    PUBLISH, "safety.reference_can_be_read", actor=SAFETY, command=NEW | {"up_to_3": ["x" * 81]}, inside=INSIDE
)

PROGRAMME = {"programme": CART}
HELD = EnrolmentHeld(programme=CART, because="two of three")
FIRST = given(ResumptionProposed(programme=CART, rationale=FreeText(commitment="5e" * 32), by=SAFETY.person), by=SAFETY)

accepted(HOLD, actor=SAFETY, command=PROGRAMME | {"reason": "a death nobody can explain"})
lone_refusal(
    HOLD, "safety.enrolment_is_open", actor=SAFETY, given=[HELD], command=PROGRAMME | {"reason": "another one"}
)
accepted(PROPOSE, actor=SAFETY, given=[HELD], command=PROGRAMME | {"rationale": "the data of all patients"})
lone_refusal(PROPOSE, "safety.enrolment_is_held", actor=SAFETY, command=PROGRAMME | {"rationale": "nothing held it"})
accepted(CONFIRM, actor=QA, given=[HELD, FIRST], command=PROGRAMME)
lone_refusal(CONFIRM, "safety.enrolment_is_held", actor=QA, command=PROGRAMME)
lone_refusal(CONFIRM, "safety.resumption_is_proposed", actor=QA, given=[HELD], command=PROGRAMME)
lone_refusal(CONFIRM, "safety.decided_by_another", actor=SAFETY, given=[HELD, FIRST], command=PROGRAMME)
