"""The packs of the demonstration on the page that checks them without a network."""

from functools import partial
from pathlib import Path
from random import Random

import pytest
from playwright.sync_api import Browser
from tests.demo.conftest import only_therapy
from tests.support.offline import agree, opened

from coign.drill.mutating import Mutation
from coign.ledger.checkpoints import publish
from coign.ledger.store import connect
from coign.service import Service
from coign.service.opening import opened_from
from coign.service.pack_sight import Sight
from coign.service.packing import Packer
from coign_verify.archive import read_archive
from coign_verify.invariants import INVARIANTS, replay, terms_in
from coign_verify.jcs import loads_strict
from coign_verify.pack import CONTENTS, ENTRIES, files_of

#: Invariants that ask for a number of the house, and of which a therapy that went as it should gives occasion to each.
OF_THE_HOUSE = [
    "giver_and_taker_stand_together", "two_look_at_one_arrival_together", "what_is_drawn_or_closed_is_entered_at_once",
    "the_first_result_stands",
]  # fmt: skip


@pytest.mark.requirement("CSV-01")
def test_the_page_comes_to_the_answers_of_the_command(
    after_the_end: Service, chromium: Browser, tmp_path: Path
) -> None:
    service, trust = after_the_end, f"log {after_the_end.log_key.text}\n"
    with connect(service.database.application_dsn) as connection:
        publish(connection, service.ledger_id, service.keys_here(), service.clock.now_us())
        packer = Packer(connection, service.ledger_id, service.keys_here(), service.documents, service.programmes)
        opens = partial(opened_from, service.vault)
        sights = [Sight(service.states, role) for role in ("", "courier", "qa")]
        whole, slim, told = (packer.pack(only_therapy(service), sight, opens).data for sight in sights)
    random, files = Random(3), files_of(read_archive(told)[0])
    changed = [Mutation(told, files, random).data for _ in range(4)]
    with opened(chromium, tmp_path) as here:
        found = agree(here, [whole, slim, told, *changed], trust)
    assert [each.exit_code for each in found] == [0, 0, 0, 1, 1, 1, 1]
    assert all(any("invariants were replayed" in line for line in each.proved) for each in found[:3])
    assert not any("rule sets that are not here" in line for each in found[:3] for line in each.not_proved)
    said = [any("values of the vault are opened" in line for line in each.proved) for each in found[:3]]
    assert said == [False, False, True], "texts are for those who read and hand on, and not for who carries a box"
    everything = files_of(read_archive(whole)[0])
    entries = [loads_strict(line) for line in everything[ENTRIES].splitlines()]
    terms, unnamed = terms_in(entries, loads_strict(everything[CONTENTS])["terms"])
    _, walk = replay(entries, INVARIANTS, terms, partial=True)
    assert not unnamed and not walk.decided_elsewhere
    assert {name: walk.held[name] > 0 for name in OF_THE_HOUSE} == dict.fromkeys(OF_THE_HOUSE, True)
    assert [name for name in OF_THE_HOUSE if walk.not_judged[name]] == []
