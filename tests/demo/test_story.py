"""The story: the same from the same seed, resumable, signed, and only forward in time."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from tests.demo.conftest import JOURNEYS, SEED, Opened, entries, fresh

from coign import catalogue
from coign.database import Database
from coign.demo import accounts, people, scene, story
from coign.demo.seed import Seeding
from coign.kernel.errors import Forbidden, Invalid
from coign.kernel.subjects import Organisation, Patient
from coign.people.views import AUTHORITY
from coign.records import reading
from coign.service import Service, keys

#: The names that others script against (see the contracts), with how many there are of each.
JOBS = {
    "coordinator": 1, "physician": 1, "nurse": 2, "celllab": 2, "infusion": 2, "pharmacist": 1, "courier": 2,
    "warehouse": 2, "operator": 3, "analyst": 1, "qcreviewer": 1, "qa": 1, "qp": 1, "quality-us": 1, "safety": 1,
    "trainer": 1, "regulatory": 1, "authority": 1, "inspector": 1, "admin": 2,
}  # fmt: skip
CONTRACT = [f"{job}-{number}" for job, count in JOBS.items() for number in range(1, count + 1)]


def shape(service: Service) -> list[tuple[str, str, str, int]]:
    """What happened, in the words that must not differ between two installations: who did what, and on which day."""
    listed = entries(service)
    begins = listed[0].time.moment
    return [(e.action, e.actor.person, e.outcome, (e.time.moment - begins).days) for e in listed]


def ways(service: Service) -> list[list[str]]:
    """The steps of each therapy, in the order in which they were done."""
    with scene.connection(service) as connection:
        journeys = reading.journeys(connection, service.ledger_id)
    return sorted(sorted(journey.done, key=journey.done.__getitem__) for journey in journeys)


def test_told_again_it_enters_nothing(told: Service) -> None:
    before = len(entries(told))
    assert story.tell(told, SEED, JOURNEYS) == 0
    assert len(entries(told)) == before


class Interrupted(Exception):
    pass


@pytest.fixture(scope="module")
def elsewhere(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The same story in another installation, which was interrupted once and again and then went on."""
    with fresh(database, tmp_path_factory.mktemp("elsewhere")) as service:
        for lines in (3, 22, 35):  # in the beginning, and twice among the therapies
            left = iter(range(lines))

            def cut(line: str, left: Iterator[int] = left) -> None:
                if next(left, None) is None:
                    raise Interrupted

            with pytest.raises(Interrupted):
                story.tell(service, SEED, JOURNEYS, progress=cut)
        story.tell(service, SEED, JOURNEYS)
        yield service


def test_the_same_seed_tells_the_same_story_elsewhere(told: Service, elsewhere: Service) -> None:
    # Which of two therapies comes first may turn on seconds of the machine; each goes its way, by the same people.
    assert ways(elsewhere) == ways(told)
    assert abs(shape(elsewhere)[-1][3] - shape(told)[-1][3]) <= 1  # working days fall as the calendar has them
    assert people.printed_names(SEED) == people.printed_names(SEED) != people.printed_names(SEED + 1)


def test_a_telling_goes_on_where_it_was_interrupted_once_and_again(told: Service, elsewhere: Service) -> None:
    assert sorted(s[:3] for s in shape(elsewhere)) == sorted(s[:3] for s in shape(told))


@pytest.mark.requirement("CSV-13")
def test_what_is_signed_is_signed_by_who_acted_with_their_demonstration_key(told: Service) -> None:
    meanings = {a.full_name: a.meaning for a in catalogue.ACTIONS.values()}
    signed = 0
    for entry in entries(told):
        signature = entry.plain["signature"]
        assert (signature is not None) == (meanings[entry.action] is not None), entry.action
        if signature is not None:
            signed += 1
            assert signature["method"] == keys.DEMONSTRATION
            assert signature["credential"] == keys.credential_of(entry.actor.person, keys.DEMONSTRATION)
    assert signed > 20


@pytest.mark.requirement("CSV-38")
def test_time_only_moves_forward(told: Service) -> None:
    times = [entry.time for entry in entries(told)]
    assert all(earlier < later for earlier, later in pairwise(times))
    with pytest.raises(Invalid, match="hours"):
        told.advance(-1)


@pytest.mark.requirement("CSV-06")
def test_accounts_are_named_by_job_and_administrators_do_nothing_else(told: Service) -> None:
    listed = accounts.listed(told)
    assert [a.account for a in listed] == [*CONTRACT, people.BY_CODE.account]
    assert len({a.name for a in listed}) == len(listed)
    for each in listed:
        assert each.roles == ["qa" if each.account == "totp-demo" else each.account.rpartition("-")[0]]
    admins = [told.states.of(AUTHORITY, a.person) for a in people.ACCOUNTS if a.role == "admin"]
    assert all({g.role for g in admin.grants} == {"admin"} for admin in admins)


def test_passwords_are_each_installations_own(told: Service, open_service: Opened) -> None:
    nurse = people.account("nurse-1")
    assert nurse is not None
    assert accounts.password(told, nurse) == accounts.password(told, nurse) != accounts.password(open_service(), nurse)
    assert accounts.code(told, nurse).isdigit()


@pytest.mark.requirement("TRC-24", "TRC-25")
def test_two_patients_share_a_name_and_one_has_changed_hers(told: Service) -> None:
    first = told.identities.who_has("NH-447109", people.CENTRE)
    third = told.identities.who_has("NH-402881", people.CENTRE)
    married = told.identities.who_has("NH-431276", people.CENTRE)
    assert first and third and married
    assert {first[1]["family_name"], third[1]["family_name"]} == {"Silva"}
    assert first[1]["given_name"] == third[1]["given_name"] and first[1]["birth_date"] != third[1]["birth_date"]
    assert married[1]["family_name"] == "Torres-Brandt"
    assert told.identities.who_has("NH-447109", Organisation("organisation:prairie-view")) is None


def test_three_therapies_stand_at_different_stages(told: Service) -> None:
    with told.vault.pool.connection() as connection:
        listed = reading.journeys(connection, told.ledger_id)
    assert sorted(j.stage for j in listed) == ["certified", "collection", "conditioning"]


def test_no_other_record_tells_a_story_or_shows_a_password(database: object, open_service: Opened) -> None:
    service = open_service()
    service.demonstration = False
    with pytest.raises(Forbidden):
        accounts.listed(service)
    service.demonstration = True
    Seeding(service, SEED).run()
    assert service.states.of(AUTHORITY, people.INTERFACE.person).active
    assert service.identities.who_has("NH-447109", people.CENTRE) is None
    assert not Patient("patient:NOBODY").public
