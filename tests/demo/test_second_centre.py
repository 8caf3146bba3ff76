"""A therapy of the second centre: its own people, the rules of its country, and nobody of the first centre sees it."""

import pytest
from tests.demo.conftest import SEED, WHO, Opened, entries
from tests.demo.test_ways_out import act, failing, play, product

from coign.demo import people, player, scene, turns
from coign.demo.seed import Seeding
from coign.donor.views import TESTING
from coign.kernel.errors import Refused
from coign.kernel.subjects import Chain
from coign.perform import Request
from coign.quality.views import DISPOSITION
from coign.records import journey, reading

#: The first story in which somebody is treated there, so that its store is filled.
WITH_ONE_ABROAD = 7


@pytest.mark.requirement("GMP-41", "TRC-19", "TRC-26")
def test_a_failing_product_abroad_waits_for_expanded_access_and_the_first_centre_sees_nothing(
    open_service: Opened,
) -> None:
    service = open_service()
    seeding = Seeding(service, SEED)
    seeding.run(WITH_ONE_ABROAD)
    who = people.in_role("coordinator", people.CENTRE_US)[0].actor
    done = player.settled(service, service.door.perform(Request("clinical.enrol", who, "enrol-abroad", WHO)))
    root = play(service, next(s for s in done.entries[0].subjects if s.startswith("patient:")), "verify-product-label")
    batch, result = failing(service, root, *turns.FAILING_VIABILITY)
    act(service, root, "analyst", "quality.record_result", **result)
    play(service, root, "request-exception")
    with scene.connection(service) as reads:
        waiting = {s.action: s.roles for s in reading.next_steps(reads, service.ledger_id, root)}
    asked = waiting.keys() & journey.PAPERS
    assert asked == {"quality.record_expanded_access", journey.REJECT}, "or rejected, and no paper of another country"

    with pytest.raises(Refused) as no:
        act(service, root, "quality-us", "quality.supply_under_exception", batch=batch)
    assert [g.gate for g in no.value.gates] == ["quality.expanded_access_is_on_record"]
    play(service, root, "supply-exception")

    said = [service.states.of(DISPOSITION, bag) for bag in product(service, root)]
    assert said and all(s.is_supplied_under_exception and "NOT APPROVED FOR RELEASE" in s.statement for s in said)
    reported = service.states.of(TESTING, Chain(root)).reports
    assert {"hcv_nat", "wnv_nat"} <= {report.marker for report in reported}
    treated_by = {e.actor.organisation for e in entries(service) if root in [a["subject"] for a in e.plain["about"]]}
    assert people.CENTRE_US in treated_by and people.CENTRE not in treated_by
    with scene.connection(service) as reads:
        seen = {
            house: [j.root for j in reading.journeys(reads, service.ledger_id, str(house))]
            for house in (people.CENTRE, people.CENTRE_US, people.MAKER)
        }
    assert seen == {people.CENTRE: [], people.CENTRE_US: [root], people.MAKER: [root]}
