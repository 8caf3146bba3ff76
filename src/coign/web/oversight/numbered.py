"""What a number of an application or authorisation stands for: the text of a question or condition, what is stopped."""

from collections.abc import Mapping

from coign.kernel.subjects import Application, Authorisation
from coign.kernel.values import Actor, FreeText
from coign.regulatory.state import APPLICATION, CONDITIONS
from coign.regulatory.views import AUTHORISATION
from coign.web.oversight import sight
from coign.web.oversight.desk import acts_words
from coign.web.oversight.said import texts_of
from coign.web.reading import reader


def said(values: Mapping[str, str], actor: Actor) -> dict[str, str]:
    """Of the fields of a form that hold such a number, what it means; nothing of what this reader may not see."""
    found: dict[str, str] = {}
    if {"application", "number"} <= values.keys():
        for application, _ in sight.applications(actor):
            if application == values["application"]:
                found["number"] = _question(application, values["number"])
    for name, text_of in (("condition", _condition), ("suspension", _suspension)):
        if {"authorisation", name} <= values.keys():
            for says in sight.authorisations(actor):
                if says.authorisation == values["authorisation"]:
                    found[name] = text_of(says.authorisation, values[name])
    return {name: text for name, text in found.items() if text}


def _question(application: Application, number: str) -> str:
    questions = reader().state(APPLICATION, application).questions
    return _text([q.question for q in questions if str(q.number) == number])


def _condition(authorisation: Authorisation, number: str) -> str:
    return _text([c.what for c in reader().state(CONDITIONS, authorisation).all if str(c.number) == number])


def _suspension(authorisation: Authorisation, number: str) -> str:
    says = reader().state(AUTHORISATION, authorisation).says
    stops = says.stops_in_force if says is not None else ()
    return next((acts_words(stop.acts) for stop in stops if str(stop.number) == number), "")


def _text(written: list[FreeText]) -> str:
    return next(iter(texts_of(written).values()), "")
