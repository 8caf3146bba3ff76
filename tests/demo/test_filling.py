"""A record of many therapies: what the measurement fills it with, and what lists read of it."""

from coign.demo import people, scene
from coign.demo.filling import ORDERED_EACH, fill
from coign.records import reading
from coign.service import Service

CENTRE = str(people.CENTRE)


def test_therapies_are_entered_in_bulk_and_lists_read_only_what_is_at_hand(begun: Service) -> None:
    said: list[str] = []
    count = 3 * ORDERED_EACH

    fill(begun, count, said.append)

    with begun.vault.pool.connection() as connection:
        listed = reading.journeys(connection, begun.ledger_id, CENTRE)
        newest = reading.journeys(connection, begun.ledger_id, CENTRE, at_most=2)
        counted = reading.count_journeys(connection, begun.ledger_id, CENTRE)
        at_hand = reading.in_hand(connection, begun.ledger_id, CENTRE, newest=2)
        named = reading.journeys_at(connection, begun.ledger_id, [listed[-1].root], CENTRE)
        elsewhere = reading.journeys_at(connection, begun.ledger_id, [listed[-1].root], str(people.CENTRE_US))
    assert counted == len(listed) == count
    assert sorted(j.stage for j in listed) == ["collection"] * 3 + ["order"] * (count - 3)
    assert newest == listed[:2] == at_hand  # no cells are under way yet: only what was touched last
    assert list(named) == [listed[-1].root] and not elsewhere
    assert len(said) == 2


def test_a_queue_holds_what_waits_for_its_roles_oldest_first(begun: Service) -> None:
    fill(begun, 2 * ORDERED_EACH, lambda line: None)
    now = scene.now(begun)

    with begun.vault.pool.connection() as connection:
        journeys = reversed(reading.journeys(connection, begun.ledger_id, CENTRE))
        steps = [s for j in journeys for s in reading.next_steps(connection, begun.ledger_id, j.root)]
        for roles in (["nurse"], ["coordinator", "physician"], ["qp"]):
            theirs = [s for s in steps if s.organisation in ("", CENTRE) and set(roles) & set(s.roles)]
            assert bool(theirs) == (roles != ["qp"])
            asked = (connection, begun.ledger_id, roles, CENTRE)
            assert reading.queue(*asked, now=now, at_most=len(steps)) == theirs
            assert reading.queue(*asked, now=now, at_most=3) == theirs[:3]
            assert not reading.queue(connection, begun.ledger_id, roles, str(people.CENTRE_US), now=now)
