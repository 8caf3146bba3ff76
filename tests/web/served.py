"""A demonstration of its own behind the pages of the site: for tests of what only a therapy on its way shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.support.installation import fresh_ledger_id
from tests.web.site import PASSWORD, known_to_pages

from coign.database import Database
from coign.demo import people, player
from coign.demo.seed import Seeding
from coign.perform import Request
from coign.programmes.model import Programmes
from coign.service import Service, Settings
from coign.web import running

if TYPE_CHECKING:
    from tests.web.client import Client


@contextmanager
def served(database: Database, home: Path, programmes: Programmes | None = None) -> Iterator[Service]:
    """People, keys, skills and stock, and no patient yet. The site's own service is back afterwards."""
    settings = Settings(home=home, demonstration=True)
    given = {"in_transaction": running.in_transaction, "background": False, "programmes": programmes}
    with Service.on(database, settings, ledger_id=fresh_ledger_id(), **given) as service, known_to_pages(service):
        Seeding(service, 7).run()
        yield service


def signed_in(name: str) -> "Client":
    """A browser in which this account of the demonstration sits, whoever opened it and with whatever password."""
    from django.urls import reverse
    from tests.web.client import Client

    from coign.web.accounts.models import Account
    from coign.web.accounts.opening import open_account

    job = people.account(name)
    assert job is not None
    if not Account.objects.filter(user__username=name).exists():
        who = {"person": job.person, "role": job.role, "organisation": job.organisation}
        open_account(name, **who, password=PASSWORD, demonstration=True)
    browser = Client()
    browser.post(reverse("continue-as"), {"as": name})
    return browser


def enrolled(service: Service, number: str) -> str:
    """A new patient of the demonstration's centre."""
    coordinator = people.in_role("coordinator", people.CENTRE)[0].actor
    who = {"family_name": "Vogt", "given_name": "Tilda", "birth_date": "1969-05-02", "hospital_number": number}
    done = service.door.perform(Request("clinical.enrol", coordinator, f"enrol-{number}", who))
    player.settled(service, done)
    return next(s for s in done.entries[0].subjects if s.startswith("patient:"))
