"""Lets a demonstration grow by thousands of therapies, through the door, many in one commit."""

from collections.abc import Callable, Iterable
from typing import Any

from coign.demo import people, player
from coign.demo.acts.centre import FORM_VERSION
from coign.kernel.subjects import Chain, Patient
from coign.kernel.values import Actor, Instant
from coign.perform import Done, Request
from coign.perform.request import Source
from coign.service import Service

#: So many acts in one commit.
AT_ONCE = 200
PROJECTED_S_MAX = 600.0
#: Every so many patients one gets an order and a slot; the others wait for theirs.
ORDERED_EACH = 10


def fill(service: Service, journeys: int, progress: Callable[[str], None]) -> None:
    """So many therapies more: patients enrolled, and every tenth of them ordered and with a slot."""
    coordinator, physician, operator = (
        people.in_role(role, place)[0].actor
        for role, place in (("coordinator", people.CENTRE), ("physician", people.CENTRE), ("operator", people.MAKER))
    )
    done = _together(service, "clinical.enrol", coordinator, map(_somebody, range(journeys)))
    patients = [_named(each, Patient.kind) for each in done]
    progress(f"pages: {journeys:,} patients enrolled")
    ordered = [Patient(p) for p in patients[::ORDERED_EACH]]
    programme = service.programmes.all()[-1]
    now = Instant.of_us(service.clock.now_us())
    form = service.documents.put(b"MEASUREMENT: a consent form of nobody.\n")
    for purpose in programme.consent_purposes:
        given = {
            "programme": programme.programme, "purpose": purpose, "form_version": FORM_VERSION, "signed_form": form,
        }  # fmt: skip
        consents = ({"patient": p, **given} for p in ordered)
        _together(service, "clinical.record_consent", coordinator, consents, about=purpose)
    draft = {
        "programme": programme.programme,
        "weight": {"value": "70.0", "unit": "kg"},
        "weighed_on": now.plus(hours=-20),
        "indication": "Measurement",
        "prescriber": physician.person,
        "maker": people.MAKER,
    }
    fit = ({"patient": p, "programme": programme.programme} for p in ordered)
    _together(service, "clinical.confirm_eligibility", physician, fit)
    _together(service, "clinical.draft_order", coordinator, ({"patient": p, **draft} for p in ordered))
    orders = _together(service, "clinical.order", physician, ({"patient": p} for p in ordered))
    chains = [Chain(_named(each, Chain.kind)) for each in orders]
    slot = {"collection_on": now.plus(days=7), "start_on": now.plus(days=11), "ready_on": now.plus(days=32)}
    done = _together(service, "manufacturing.confirm_slot", operator, ({"chain": c, **slot} for c in chains))
    progress(f"pages: {len(chains):,} of them ordered and with a slot")
    assert service.projector is not None
    service.projector.wait_for(done[-1].entries[-1].position, timeout_s=PROJECTED_S_MAX)


def _somebody(number: int) -> dict[str, Any]:
    """No two with a name or a birth date like another's: a syllable for each digit."""
    syllables = ("ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu")
    name = "".join(syllables[int(digit)] for digit in f"{number:05d}")
    year, month, day = 1930 + number % 70, 1 + number // 70 % 12, 1 + number // 840 % 28
    return {
        "family_name": name.title(),
        "given_name": name[::-1].title(),
        "birth_date": f"{year}-{month:02d}-{day:02d}",
        "hospital_number": f"NH-M{number:06d}",
    }


def _named(done: Done, kind: str) -> str:
    return next(s for s in done.entries[0].subjects if s.startswith(f"{kind}:"))


def _together(
    service: Service, action: str, actor: Actor, commands: Iterable[dict[str, Any]], about: str = ""
) -> list[Done]:
    done: list[Done] = []
    asked = [
        Request(action, actor, f"measuring/{action}/{about}/{number}", command, source=Source.INSIDE)
        for number, command in enumerate(commands)
    ]
    for start in range(0, len(asked), AT_ONCE):
        done += service.door.perform_all([player.signed(service, each) for each in asked[start : start + AT_ONCE]])
    return done
