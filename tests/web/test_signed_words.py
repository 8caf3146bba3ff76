"""What a signer reads before signing: everything of the intent in words, nothing beside it, the exact form below."""

import re
from collections.abc import Callable
from dataclasses import fields
from html import unescape
from typing import Any

import orjson
import pytest
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, Example, command_of, played
from tests.web.site import MAKER, Site
from tests.web.test_signing import LOT, WHY, enrol_server_key

from coign import catalogue
from coign.ledger.encoding import canonical

SIGNED = [e for e in ACCEPTED if catalogue.ACTIONS[e.action].meaning is not None]
RAW = re.compile(r"[a-z]+_[a-z_]+|command|\.v\d")


def leaves(value: Any) -> list[Any]:
    """Every value that is not empty."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [] if value in (None, "") else [value]


@pytest.mark.requirement("CSV-13")
@pytest.mark.parametrize("example", SIGNED, ids=lambda e: e.name)
def test_every_field_that_is_filled_in_is_said_under_the_label_of_its_form(site: Site, example: Example) -> None:
    from coign.web.forms.build import questions
    from coign.web.wording import Wording

    action, wording = catalogue.ACTIONS[example.action], Wording(example.actor)
    command = orjson.loads(canonical(command_of(example)))
    rows = wording.command(action, command)
    labels = {row["label"] for row in rows if row["label"]}
    for question in questions(action.command):
        if leaves(command[question.name]) and not isinstance(command[question.name], list):
            assert question.asks.label in labels, question.name
    worked_out = {one.name for one in fields(action.command) if "resolved_by" in one.metadata}
    filled = [name for name, value in command.items() if leaves(value) and name not in worked_out]
    assert len([row for row in rows if row["value"]]) >= len(filled)
    facts = [
        wording.fact({"type": f.TYPE, "body": orjson.loads(canonical(f))}, action, command)
        for f in played(example).facts
    ]
    for row in [*rows, *(row for fact in facts for row in fact["rows"])]:
        assert not RAW.search(row["label"]), row
        assert not re.match(r"[a-z]+:\S", str(row["value"])), row
    assert all(fact["title"] and not RAW.search(fact["title"]) for fact in facts)


# At the page


class Desk:
    """Somebody of the quality unit with the key that the server holds, before one lot that they reject."""

    def __init__(self, site: Site, fresh: Callable[[str], str]) -> None:
        name = fresh("words").replace(":", "-").lower()
        site.add_person(name, MAKER, "qa")
        enrol_server_key(site, name, "demonstration")
        site.supplier("medium")
        self.lot = fresh("lot")
        site.do("supply.receive_lot", "maker-warehouse", lot=self.lot, **LOT)
        self.client = site.browser(name)

    def shown(self) -> str:
        """The page before the signature."""
        return self.text(self.client.post("/actions/supply.reject_lot/", {"lot": self.lot, "why": WHY}))

    def sign(self, page: str, **changed: str) -> Any:
        """Press Sign on that page."""
        return self.client.post("/actions/supply.reject_lot/sign/", hidden(page) | changed)

    @staticmethod
    def text(response: Any) -> str:
        return str(response.content.decode())


def hidden(page: str) -> dict[str, str]:
    """What the page sends back with the signature."""
    found = re.findall(r'name="(intent|method|shown)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


@pytest.fixture(scope="module")
def desk(site: Site) -> Desk:
    """One desk for all tests of this file; nobody signs until the last one."""
    from uuid import uuid4

    return Desk(site, lambda kind: f"{kind}:{uuid4().hex[:12].upper()}")


def in_words(page: str) -> str:
    """What is read first: without what is folded away."""
    panel = page.partition("data-signed>")[2].partition("<details")[0]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", panel)))


@pytest.mark.requirement("CSV-13", "CSV-14")
def test_name_meaning_values_and_time_are_read_in_words_and_the_whole_intent_stands_below(desk: Desk) -> None:
    page = desk.shown()
    words, folded = in_words(page), unescape(page.partition("What exactly is signed")[2].partition("</details>")[0])
    for part in ("Maker", "signs as rejected", "Lot " + desk.lot.partition(":")[2], "Why " + WHY, "Lot rejected"):
        assert part in words, words
    assert re.search(r"Shown to you \d\d [A-Z]{3} \d{4} \d\d:\d\d:\d\d\s\S+ \([+-]\d\d:\d\d\)", words), words
    assert "command" not in words and desk.lot not in words
    for leaf in leaves(orjson.loads(hidden(page)["intent"])):
        assert str(leaf) in folded, leaf


def test_after_a_wrong_proof_the_same_words_stand_there_again(desk: Desk) -> None:
    page = desk.shown()
    again = desk.sign(page, method="webauthn", value="no digits")
    assert again.status_code == 403
    assert in_words(desk.text(again)) == in_words(page)


@pytest.mark.requirement("CSV-14")
@pytest.mark.parametrize("changed", [{"shown": ""}, {"shown": "eyJ:forged"}, {"intent": '{"action":"x"}'}])
def test_what_was_not_shown_is_not_shown_again(desk: Desk, changed: dict[str, str]) -> None:
    answer = desk.sign(desk.shown(), **changed, method="webauthn", value="no digits")
    assert answer.status_code == 403 and "data-signed" not in desk.text(answer)


@pytest.mark.requirement("CSV-13")
def test_the_entry_says_afterwards_what_was_signed_in_the_same_words(desk: Desk) -> None:
    done = desk.sign(desk.shown())
    assert done.status_code == 302, desk.text(done)
    receipt = desk.text(desk.client.get(done["Location"]))
    assert "<h2>Lot rejected</h2>" in receipt
    assert re.search(r"<dt>Why</dt><dd>kept in the vault", receipt), receipt
