"""A claimed time stands beside the record's own; a gap is visible on the receipt, among the acts and at the release."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import orjson
import pytest
from tests.web.served import enrolled, served, signed_in
from tests.web.site import Site

from coign.database import Database
from coign.demo import player, scene
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.perform import Request, Signature
from coign.service import Service, keys
from coign.web.reading import reader

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

#: One therapy: what a test enters late stands there for the next one.
pytestmark = pytest.mark.story

OPERATOR, QUALIFIED = "operator-1", "qp-1"


@dataclass(frozen=True, slots=True)
class Here:
    """One therapy and two who look at it."""

    service: Service
    root: str
    browsers: Mapping[str, Client] = field(default_factory=dict)

    def next(self, claimed: Instant | None) -> Entry:
        """The next act by whose turn it is, claiming that it was done at another time; signed where it is signed."""
        therapy = scene.find(self.service, self.root)
        found = player.suggested(self.service, therapy, player.open_step(therapy))
        asked = Request(found.action, found.actor, f"late-{therapy.journey.position}", found.command)
        asked = replace(asked, claimed_time=claimed)
        if found.needs_signature:
            prepared = self.service.door.prepare(asked)
            value = keys.demonstration_key(self.service, found.actor.person).sign(prepared.intent_hash)
            credential = keys.credential_of(found.actor.person, keys.DEMONSTRATION)
            signature = Signature(keys.DEMONSTRATION, credential, value)
            asked = replace(asked, intent_hash=prepared.intent_hash, signature=signature)
        done = player.settled(self.service, self.service.door.perform(asked))
        return reader().entry(done.position)

    @property
    def now(self) -> Instant:
        """The record's time."""
        return Instant.of_us(self.service.clock.now_us())


@pytest.fixture(scope="module")
def here(site: Site, database: Database, home: Path) -> Iterator[Here]:
    """A therapy in production."""
    with served(database, home) as service:
        patient = enrolled(service, "NH-630001")
        list(player.play(service, patient, "start-batch"))
        browsers = {name: signed_in(name) for name in (OPERATOR, QUALIFIED)}
        yield Here(service, scene.find(service, patient).journey.root, browsers)


def shows(browser: Client, path: str) -> str:
    response = browser.get(path)
    assert response.status_code == 200, response.content.decode()[-2000:]
    return response.content.decode().partition("<main")[2]


@pytest.mark.requirement("CSV-S1", "GMP-18")
def test_an_act_entered_long_after_it_was_done_is_flagged_up_to_the_release(here: Here) -> None:
    release, journey = f"/journeys/{here.root}/release/", f"/journeys/{here.root}/"
    assert "claims to have been made late" in shows(here.browsers[QUALIFIED], release)

    claimed = here.now.plus(minutes=-47)
    late = here.next(claimed)
    prompt = here.next(here.now.plus(minutes=-3))

    assert late.time > claimed and late.plain["intent"]["claimed_time"] == claimed, "the record keeps its own time"
    receipt = shows(here.browsers[OPERATOR], f"/entries/{late.position}/")
    assert "Late entry" in receipt and "entered 47 min later" in receipt
    receipt = shows(here.browsers[OPERATOR], f"/entries/{prompt.position}/")
    assert "Late entry" not in receipt and "Claimed" in receipt
    acts = shows(here.browsers[OPERATOR], journey)
    assert acts.count("Late entry") == 1 and "entered 47 min later" in acts
    certified = shows(here.browsers[QUALIFIED], release)
    assert f"1 act was entered late: {late.position:,}" in certified


@pytest.mark.requirement("CSV-S1", "CSV-38")
def test_a_signature_bears_the_records_time_whatever_the_signer_claims(
    site: Site, database: Database, home: Path
) -> None:
    with served(database, home) as service:
        patient = enrolled(service, "NH-630002")
        list(player.play(service, patient, "consent"))
        here = Here(service, patient)
        yesterday, before = here.now.plus(days=-1), here.now

        signed = here.next(yesterday)

        assert signed.plain["signature"]["method"] == keys.DEMONSTRATION
        assert before <= signed.time <= here.now
        intent = signed.plain["intent"]
        assert intent["claimed_time"] == yesterday and intent["prepared"] >= before


@pytest.mark.requirement("CSV-S1")
def test_a_form_takes_the_time_at_which_it_was_done_and_keeps_what_it_does_not_understand(here: Here) -> None:
    path = f"/journeys/{here.root}/do/quality.open_deviation/"
    form = {"description": "The clamp was closed too early.", "claimed": "the day before"}
    response = here.browsers[OPERATOR].post(path, form)
    page = response.content.decode()
    assert response.status_code == 422 and "the day before" in page and "The clamp was closed too early." in page

    done_at = here.now.plus(minutes=-30).moment.astimezone(ZoneInfo("Europe/Amsterdam")).replace(microsecond=0)
    response = here.browsers[OPERATOR].post(path, {**form, "claimed": done_at.strftime("%Y-%m-%dT%H:%M:%S")})

    assert response.status_code == 302, response.content.decode()[-2000:]
    position = int(response["Location"].partition("done=")[2])
    entry = reader().entry(position)
    assert entry.plain["intent"]["claimed_time"] == Instant.of(done_at)
    assert "Late entry" in shows(here.browsers[OPERATOR], f"/entries/{position}/")
    assert "entered 30 min later" in shows(here.browsers[OPERATOR], response["Location"])


@pytest.mark.parametrize(
    ("minutes", "words"), [(7, "7 min"), (119, "119 min"), (120, "2 h"), (2879, "47 h"), (2880, "2 d")]
)
def test_a_gap_is_told_as_coarsely_as_somebody_would_say_it(minutes: int, words: str) -> None:
    from coign.web.claims import claim_of

    entered = Instant("2026-03-12T12:00:00.000000Z")
    body = {"time": entered, "intent": {"claimed_time": entered.plus(minutes=-minutes)}}
    back = claim_of(Entry(7, orjson.dumps(body)))
    ahead = claim_of(Entry(7, orjson.dumps({**body, "intent": {"claimed_time": entered.plus(minutes=minutes)}})))
    assert back is not None and f"entered {words} later" in back.words
    assert ahead is not None and f"{words} after it was entered" in ahead.words
