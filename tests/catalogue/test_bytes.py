"""What is written says the same in one step as by way of plain values, for every command, fact and state there is."""

import orjson
import pytest
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, NOW, Example, played

from coign.ledger.encoding import canonical, fact_body, fact_from, plain
from coign.perform import assemble
from coign.perform.intent import Envelope, intent_bytes


@pytest.mark.parametrize("example", ACCEPTED, ids=lambda e: e.name)
def test_an_intent_holds_the_plain_values_of_its_parts(example: Example) -> None:
    facts = played(example).facts
    envelope = Envelope("action.v1", "log", "key", example.actor, None, "", None, b"{}", NOW, None)
    written = intent_bytes(envelope, facts[0], facts)
    read = orjson.loads(written)
    assert canonical(read["facts"]) == canonical([fact_body(fact) for fact in facts])
    assert canonical(read["command"]) == canonical(plain(facts[0]))
    assert read["actor"] == plain(example.actor)
    assert canonical(read) == written
    again = [fact_from(body) for body in read["facts"]]
    assert intent_bytes(envelope, again[0], again) == written


@pytest.mark.parametrize("example", ACCEPTED, ids=lambda e: e.name)
def test_a_state_is_kept_as_its_plain_values_and_comes_back(example: Example) -> None:
    folding = assemble.folding()
    for (_, view), state in played(example).known.states.items():
        kept = folding.dump(state)
        assert kept == orjson.dumps(plain(state))
        assert folding.load(view, kept) == state
