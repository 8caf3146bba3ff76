"""What is written says the same in one step as by way of plain values, for every command, fact and state there is."""

import orjson
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, NOW, played

from coign.ledger.encoding import canonical, fact_body, fact_from, plain
from coign.perform import assemble
from coign.perform.intent import Envelope, intent_bytes


def test_an_intent_holds_the_plain_values_of_its_parts() -> None:
    for example in ACCEPTED:
        facts = played(example).facts
        envelope = Envelope("action.v1", "log", "key", example.actor, None, "", None, b"{}", NOW, None)
        written = intent_bytes(envelope, facts[0], facts)
        read = orjson.loads(written)
        assert canonical(read["facts"]) == canonical([fact_body(fact) for fact in facts]), example.name
        assert canonical(read["command"]) == canonical(plain(facts[0])), example.name
        assert read["actor"] == plain(example.actor), example.name
        assert canonical(read) == written, example.name
        again = [fact_from(body) for body in read["facts"]]
        assert intent_bytes(envelope, again[0], again) == written, example.name


def test_a_state_is_kept_as_its_plain_values_and_comes_back() -> None:
    folding = assemble.folding()
    for example in ACCEPTED:
        for (_, view), state in played(example).known.states.items():
            kept = folding.dump(state)
            assert kept == orjson.dumps(plain(state)), (example.name, view)
            assert folding.load(view, kept) == state, (example.name, view)
