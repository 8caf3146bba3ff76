"""What an authority allows in the demonstration, asks, and stopped; and what counts as expected. All invented."""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.kernel.subjects import Application, Authorisation, Organisation, Product
from coign.kernel.values import Actor
from coign.regulatory.state import APPLICATION
from coign.regulatory.views import AUTHORISATION

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

#: Both trials and the reference information began before the first patient.
BEGAN_DAYS_AGO = 60
REFERENCE = {
    "up_to_2": ["Nausea", "Headache", "Fatigue"],
    "up_to_3": ["Pyrexia", "Hypotension", "Febrile neutropenia"],
    "up_to_4": ["Cytokine release syndrome", "Immune effector cell-associated neurotoxicity syndrome", "Neutropenia"],
    "fatal": ["Cytokine release syndrome"],
}


#: As long as the demonstration may be played, and longer.
VALID_DAYS = 900
#: Who decides, whose letter it is, where patients are treated, and who is named to release.
AUTHORISATIONS = (
    ("EU", "EU-CT 2026-500001-12-00", "authority", people.AUTHORITY, people.CENTRE, "qp"),
    ("US", "IND 90001", "regulatory", people.MAKER, people.CENTRE_US, "quality-us"),
)


#: A product of which no therapy is told, so that it can be stopped.
SECOND, SECOND_NUMBER = Product.of("exemplucel"), "EU-CT 2026-500002-34-00"
THIRD = Product.of("probalucel")
#: Owed on the trial: what, and days after its beginning. The first runs out within the story.
CONDITIONS = (
    ("stability", "Stability of the frozen product over twelve months, first report.", 30),
    ("training", "Training of the second treatment centre, records of every nurse.", 180),
    ("yearly", "Yearly safety report of the trial.", 240),
)
SECOND_SUITE, FIRST_USE = "Demolucel: a second suite for filling", "Probalucel: first use in people"
FIRST_PRODUCT = Product.of("demolucel")
APPLICATIONS = ((SECOND_SUITE, FIRST_PRODUCT, "variation"), (FIRST_USE, THIRD, "new"))
QUESTIONS = {
    SECOND_SUITE: "How do runs in the second suite compare with those in the first?",
    FIRST_USE: "Why does the copy number of lot V-2207 lie outside the trend?",
}


def lay_down(seeding: "Seeding") -> None:
    """A trial in each jurisdiction, and the first version of the reference safety information."""
    safety = people.in_role("safety", people.MAKER)[0].actor
    for product in sorted({version.product for version in seeding.service.programmes.all()}):
        _authorised(seeding, product)

        def reference(product: Product = product) -> dict[str, Any]:
            return {
                "product": product,
                "kind": "investigators_brochure",
                "label": "RSI 1",
                "effective": seeding.now.plus(days=-BEGAN_DAYS_AGO),
                **REFERENCE,
            }

        seeding.once(f"reference/{product}", safety, "safety.publish_reference", reference)
    _owed_from_the_start(seeding)


def _authorised(seeding: "Seeding", product: Product) -> None:
    """The authority that takes part grants its own; what another one wrote, regulatory affairs enters."""
    for jurisdiction, number, role, organisation, centre, releasing in AUTHORISATIONS:
        by = people.in_role(role, organisation)[0].actor
        _grant(seeding, by, product, number, centre, releasing, jurisdiction=jurisdiction, stage="phase_2")


def _grant(
    seeding: "Seeding",
    by: Actor,
    product: Product,
    number: str,
    centre: Organisation,
    releasing: str,
    *,
    jurisdiction: str,
    stage: str,
) -> None:
    def command() -> dict[str, Any]:
        return {
            "product": product,
            "number": number,
            "jurisdiction": jurisdiction,
            "stage": stage,
            "basis": "trial",
            "holder": people.MAKER,
            "makers": [people.MAKER],
            "sites": [people.site_of(people.MAKER)],
            "centres": [centre],
            "releasers": [account.person for account in people.in_role(releasing, people.MAKER)],
            "valid_from": seeding.now.plus(days=-BEGAN_DAYS_AGO),
            "valid_until": seeding.now.plus(days=VALID_DAYS),
            "evidence": seeding.keep(f"Trial authorisation {number} of {product} in {jurisdiction}."),
        }

    seeding.once(f"authorisation/{product}/{jurisdiction}", by, "regulatory.grant", command)


# What authorities and holders have before them


def _owed_from_the_start(seeding: "Seeding") -> None:
    """A second product, and what the trial of the first one was allowed on condition of."""
    assessor = _of("authority")
    _grant(
        seeding, assessor, SECOND, SECOND_NUMBER, people.CENTRE, "qp", jurisdiction="EU", stage="phase_1"
    )  # fmt: skip
    for name, what, days in CONDITIONS:

        def command(what: str = what, days: int = days) -> dict[str, Any]:
            return {
                "authorisation": _authorisation(seeding, AUTHORISATIONS[0][1]),
                "what": what,
                "due": seeding.now.plus(days=days),
                "evidence": seeding.keep(f"Condition of the trial: {what}"),
            }

        seeding.once(f"condition/{name}", assessor, "regulatory.impose_condition", command)


def furnish(seeding: "Seeding") -> None:
    """At the story's end: something to decide, to judge, to answer and to fulfil; and one product that is stopped."""
    seeding.progress("What authorities ask, and what they stopped …")
    assessor, holder = _of("authority"), _of("regulatory")
    for name, product, asking in APPLICATIONS:
        _submitted(seeding, holder, name, product, asking)
        _asked(seeding, assessor, name)
    answered = APPLICATIONS[0][0]
    seeding.once(
        f"application/{answered}/answer", holder, "regulatory.answer_question",
        lambda: {
            "application": _application(seeding, answered), "number": 1,
            "answer": "Three runs at the second suite agree with the first; see the report.",
            "document": seeding.keep("Comparability of two suites, three runs each."),
        },
    )  # fmt: skip
    seeding.once(
        "condition/reported", holder, "regulatory.report_fulfilment",
        lambda: {
            "authorisation": _authorisation(seeding, AUTHORISATIONS[0][1]), "condition": 2,
            "evidence": seeding.keep("Training records of the second centre."),
        },
    )  # fmt: skip
    seeding.once(
        "suspension", assessor, "regulatory.suspend",
        lambda: {
            "authorisation": _authorisation(seeding, SECOND_NUMBER),
            "scope": ["new_orders", "collection", "administration"], "decider": "authority",
            "why": "Two patients with the same late infection; the cause is being looked for.",
            "evidence": seeding.keep(f"Suspension of {SECOND_NUMBER}."),
        },
    )  # fmt: skip


def is_furnished(seeding: "Seeding") -> bool:
    """Whether the last act of the story was entered."""
    return seeding.stands(_of("authority"), "suspension")


def _of(role: str) -> Actor:
    return people.in_role(role, people.AUTHORITY if role == "authority" else people.MAKER)[0].actor


def _submitted(seeding: "Seeding", holder: Actor, title: str, product: Product, asking: str) -> None:
    def command() -> dict[str, Any]:
        asked = {
            "product": product, "jurisdiction": "EU", "asking": asking, "basis": "trial", "title": title,
            "authority": people.AUTHORITY, "dossier": seeding.keep(f"Dossier: {title}."),
        }  # fmt: skip
        held = {} if asking == "new" else {"authorisation": _authorisation(seeding, AUTHORISATIONS[0][1])}
        return {**asked, **held}

    seeding.once(f"application/{title}", holder, "regulatory.submit_application", command)


def _asked(seeding: "Seeding", assessor: Actor, title: str) -> None:
    seeding.once(
        f"application/{title}/ask", assessor, "regulatory.ask_question",
        lambda: {"application": _application(seeding, title), "weight": "question", "question": QUESTIONS[title]},
    )  # fmt: skip


def _authorisation(seeding: "Seeding", number: str) -> Authorisation:
    """The authorisation of this number."""
    every = seeding.service.states.all(AUTHORISATION)
    return next(Authorisation(s) for s, state in every if state.says is not None and state.says.number == number)


def _application(seeding: "Seeding", title: str) -> Application:
    """The application of this title."""
    return next(Application(s) for s, state in seeding.service.states.all(APPLICATION) if state.title == title)
