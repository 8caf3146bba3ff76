"""What an authority and a holder write to each other after the start: changed, renewed, stopped, let go on, revoked."""

from collections.abc import Mapping, Sequence
from typing import Any

from coign.demo import people
from coign.demo.besides import EVIDENCE, Do, by, named
from coign.identity.views import CHAIN
from coign.kernel.subjects import Chain, Product, Subject
from coign.regulatory.views import AUTHORISATION

#: A product of which no therapy is told, with everything that is told of it here.
FOURTH = Product.of("finalucel")
WHY = "Demonstration: two patients with the same late infection."


def told(do: Do) -> None:
    """The life of an authorisation."""
    authority, holder = by("authority-1"), by("regulatory-1")
    basis = {"product": FOURTH, "jurisdiction": "EU", "stage": "phase_1", "basis": "trial"}
    do(holder, "regulatory.record_basis", {**basis, "since": do.now, "evidence": EVIDENCE})
    asked = {"product": FOURTH, "jurisdiction": "EU", "asking": "new", "basis": "trial", "title": "First use"}
    dossier = {"authority": people.AUTHORITY, "dossier": EVIDENCE}
    application = named(do(holder, "regulatory.submit_application", {**asked, **dossier}), "application")
    question = {"weight": "question", "question": "Demonstration: which patients first?"}
    do(authority, "regulatory.ask_question", {"application": application, **question})
    answer = {"number": 1, "answer": "Demonstration: those without another line.", "document": EVIDENCE}
    do(holder, "regulatory.answer_question", {"application": application, **answer})
    verdict = {"verdict": "approved", "why": "Demonstration: answered.", "evidence": EVIDENCE}
    do(authority, "regulatory.decide_application", {"application": application, **verdict})
    granted = {**basis, **_places(), "number": "EU-CT 2026-500004-56-00", "holder": people.MAKER}
    span = {
        "valid_from": do.now,
        "valid_until": do.now.plus(days=300),
        "application": application,
        "evidence": EVIDENCE,
    }
    authorisation = {"authorisation": named(do(authority, "regulatory.grant", {**granted, **span}), "authorisation")}
    changed = {**authorisation, **_places(), "stage": "phase_2", "basis": "trial", "evidence": EVIDENCE}
    do(authority, "regulatory.vary", changed)
    do(authority, "regulatory.renew", {**authorisation, "valid_until": do.now.plus(days=600), "evidence": EVIDENCE})
    owed = {**authorisation, "what": "Demonstration: the first report.", "due": do.now.plus(days=30)}
    do(authority, "regulatory.impose_condition", {**owed, "evidence": EVIDENCE})
    do(holder, "regulatory.report_fulfilment", {**authorisation, "condition": 1, "evidence": EVIDENCE})
    do(authority, "regulatory.judge_fulfilment", {**authorisation, "condition": 1, "accepted": True})
    stopped = {**authorisation, "scope": ["manufacture"], "decider": "nobody", "why": WHY, "evidence": EVIDENCE}
    do(authority, "regulatory.suspend", {**stopped, "site": people.site_of(people.MAKER)})
    do(authority, "regulatory.lift_suspension", {**authorisation, "suspension": 1, "evidence": EVIDENCE})
    do(authority, "regulatory.revoke", {**authorisation, "decider": "nobody", "why": WHY, "evidence": EVIDENCE})


def _places() -> Mapping[str, Sequence[Any]]:
    return {
        "makers": [people.MAKER], "sites": [people.site_of(people.MAKER)], "centres": [people.CENTRE],
        "releasers": [account.person for account in people.in_role("qp", people.MAKER)],
    }  # fmt: skip


def making_stopped(do: Do, chain: Chain) -> None:
    """For an hour."""
    named = {"authorisation": _of_therapy(do, chain)}
    stop = {"scope": ["manufacture"], "decider": "nobody", "why": WHY, "evidence": EVIDENCE}
    do(by("authority-1"), "regulatory.suspend", {**named, **stop})
    do(by("authority-1"), "regulatory.lift_suspension", {**named, "suspension": 1, "evidence": EVIDENCE})


def let_through(do: Do, chain: Chain) -> None:
    """A stop of administration that lets the treating physician decide, and what they decide."""
    scope = {"scope": ["administration"], "decider": "treating_physician", "why": WHY, "evidence": EVIDENCE}
    do(by("authority-1"), "regulatory.suspend", {"authorisation": _of_therapy(do, chain), **scope})
    decided = {"chain": chain, "decider": "treating_physician", "may_be_given": True, "evidence": EVIDENCE}
    do(by("physician-1"), "regulatory.decide_administration", decided)


def _of_therapy(do: Do, chain: Chain) -> Subject:
    product, every = do.here.of(CHAIN, chain).product, do.here.all(AUTHORISATION)
    return next(a for a, s in every if s.says and (s.says.product, s.says.jurisdiction) == (product, "EU"))
