"""A running web project to test against: service, accounts, tokens, clients."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.database import Database
from coign.kernel.subjects import Organisation, Person, Supplier
from coign.kernel.values import Actor, Instant
from coign.perform import Done, Request, Signature
from coign.service import SETUP, Service, Settings, keys, prepare
from coign.supply.state import SUPPLIER
from coign.web import address, reading, running, tables

if TYPE_CHECKING:
    from tests.web.client import Client

    from coign.web.accounts.models import Account

HOSPITAL, MAKER = Organisation("organisation:hospital"), Organisation("organisation:maker")
ROLES = {
    HOSPITAL: ("celllab", "nurse", "qa", "admin", "physician"),
    MAKER: ("warehouse", "operator", "qp"),
}
PRODUCT_HASHER = "django.contrib.auth.hashers.ScryptPasswordHasher"
QUICK_HASHER = "tests.support.quick_hashing.QuickScrypt"
PASSWORD = "plover quartz meadow lantern"  # made up
_ledger_ids = count(900_001)
_prepared: set[str] = set()


class Site:
    """What a test may do with the running project."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.people: dict[str, Actor] = {"setup": SETUP}
        self._nonces = count()

    def do(self, action: str, who: str, **command: Any) -> Done:
        """Perform through the door, beside the web."""
        nonce = f"site-{next(self._nonces)}"
        return self.service.door.perform(Request(action, self.people[who], nonce, command))

    def set_up(self) -> None:
        """Two organisations with people; each has an account of the same name."""
        for organisation, category in ((HOSPITAL, "treatment_centre"), (MAKER, "maker")):
            self.do(
                "people.register_organisation", "setup", organisation=organisation,
                name=organisation.identifier.title(), category=category, country="DE",
            )  # fmt: skip
            for role in ROLES[organisation]:
                self.add_person(f"{organisation.identifier}-{role}", organisation, role)
        self.do("people.register_site", "setup", site="site:clinic", organisation=HOSPITAL, name="Clinic",
                zone="Europe/Berlin", country="DE")  # fmt: skip
        self.add_person("hospital-admin-2", HOSPITAL, "admin")

    def add_person(
        self, name: str, organisation: Organisation, role: str, *, demonstration: bool = True, password: bool = True
    ) -> "Account":
        """Somebody with one role and an account."""
        from coign.web.accounts.opening import open_account

        person = Person.of(name)
        self.do("people.register_person", "setup", person=person, organisation=organisation, name="Ann Example")
        ends = {"until": Instant.of_us(self.service.clock.now_us()).plus(days=30)} if role == "inspector" else {}
        self.do("people.grant_role", "setup", person=person, role=role, organisation=organisation, **ends)
        self.people[name] = Actor(person, role, organisation)
        return open_account(
            name,
            person=person,
            role=role,
            organisation=organisation,
            password=PASSWORD if password else None,
            demonstration=demonstration,
        )

    def signed(self, action: str, who: str, **command: Any) -> Done:
        """Perform a signed action through the door, as the server signs it for password and code."""
        actor, nonce = self.people[who], f"site-{next(self._nonces)}"
        prepared = self.service.door.prepare(Request(action, actor, nonce, command))
        value = keys.attestation_key(self.service).sign(prepared.intent_hash)
        signature = Signature(keys.ATTESTED, keys.credential_of(actor.person, keys.ATTESTED), value)
        signed = Request(action, actor, nonce, intent_hash=prepared.intent_hash, signature=signature)
        return self.service.door.perform(signed)

    def enrol_key(self, who: str) -> None:
        """Two administrators of the person's house enrol the key that the server signs with for this person."""
        person, house = self.people[who].person, self.people[who].organisation
        credential = keys.credential_of(person, keys.ATTESTED)
        public = keys.public_key_for(self.service, person, keys.ATTESTED)
        proposal = {"method": keys.ATTESTED, "public_key": public, "evidence": "cd" * 32}
        named = {"person": person, "credential": credential}
        self.do("people.propose_authenticator", self.administrator(1, house), **named, **proposal)
        self.do("people.confirm_authenticator", self.administrator(2, house), **named)

    def administrator(self, number: int, house: Organisation) -> str:
        """One of the hospital's two administrators, who act for other houses as well."""
        name = "hospital-admin" if number == 1 else f"hospital-admin-{number}"
        known_as = name if house == HOSPITAL else f"{name} for {house.identifier}"
        if known_as not in self.people:
            self.people[known_as] = Actor(Person.of(name), "admin", house)
            self.do("people.grant_role", "setup", person=Person.of(name), role="admin", organisation=house)
        return known_as

    def supplier(self, material: str) -> None:
        """The maker's one supplier, qualified for a material; once."""
        if "maker-supplies-qa" not in self.people:
            self.add_person("maker-supplies-qa", MAKER, "qa")
            self.enrol_key("maker-supplies-qa")
        if self.service.states.of(SUPPLIER, Supplier.of("acme")).of(material) is None:
            until = Instant.of_us(self.service.clock.now_us()).plus(days=900)
            self.signed(
                "supply.qualify_supplier", "maker-supplies-qa", supplier="supplier:acme", name="Acme",
                material=material, origin="synthetic", until=until, evidence="ab" * 32,
            )  # fmt: skip

    def account(self, name: str) -> "Account":
        """The account of this name."""
        from coign.web.accounts.models import Account

        return Account.objects.get(user__username=name)

    def token(self, name: str, *scopes: str) -> str:
        """A bearer token."""
        from coign.web.accounts.opening import issue_token

        return issue_token(self.account(name), label="test", scopes=scopes or ("read", "act", "sign"))

    def api(self, name: str, *scopes: str) -> "Api":
        """A machine that acts as this account."""
        return Api(self.token(name, *scopes))

    def browser(self, name: str, *, enforce_csrf: bool = False) -> "Client":
        """A browser in which this account has just signed in."""
        from tests.web.client import Client

        unlist_sessions(name)
        client = Client(enforce_csrf_checks=enforce_csrf)
        response = client.post("/sign-in/", {"login": name, "password": PASSWORD})
        assert response.status_code == 302, response.content.decode()[-2000:]
        return client

    def security_events(self, kind: str, **detail: str) -> list[dict[str, Any]]:
        """Lines of this kind with this detail in the security log, newest first.

        Failures that are counted by the minute are written when the minute is over, hence among others' lines.
        """
        import psycopg

        with psycopg.connect(self.service.database.application_dsn) as connection:
            rows = connection.execute(
                "select person, detail from security_log where ledger_id = %s and kind = %s order by id desc",
                (self.service.ledger_id, kind),
            ).fetchall()
        return [{"person": r[0], **r[1]} for r in rows if detail.items() <= r[1].items()]


class Api:
    """A client of the REST interface with a bearer token."""

    def __init__(self, token: str) -> None:
        from tests.web.client import Client

        self._client = Client(headers={"Authorization": f"Bearer {token}"})
        self._keys = count()

    def get(self, path: str, **headers: str) -> Any:
        """GET; what came back has `.json()`, `.status_code` and headers."""
        return self._client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path: str, body: Any, key: str = "", **headers: str) -> Any:
        """POST JSON, under a key of its own unless one is given."""
        headers = {k.replace("_", "-"): v for k, v in headers.items()}
        headers["Idempotency-Key"] = key or f"api-{id(self)}-{next(self._keys)}"
        return self._client.post(path, body, content_type="application/json", headers=headers)

    def act(self, action: str, key: str = "", **command: Any) -> Any:
        """Perform an action."""
        return self.post(f"/api/actions/{action}", {"command": command}, key)


@contextmanager
def known_to_pages(service: Service) -> Iterator[None]:
    """The pages use this service, and afterwards the one that they used before: another test may go on with it."""
    before = running.service() if running.is_set() else None
    running.start(service)
    try:
        if service.database.owner_dsn not in _prepared:
            tables.prepare(service.database)
            _prepared.add(service.database.owner_dsn)
        _read_tables_of(service)
        yield
    finally:
        reading.close()
        if before is not None:
            running.start(before)
            _read_tables_of(before)
        else:
            running.stop()


def _read_tables_of(service: Service) -> None:
    """Django keeps to the database that it met first in a process; that of a test may be gone by the next one."""
    from django.db import connections

    wanted = address.database(service.database.application_dsn)
    if all(connections.settings["default"].get(name) == value for name, value in wanted.items()):
        return
    connections["default"].close()
    connections["default"].close_pool()
    del connections["default"]
    connections.settings["default"].update(wanted)


@contextmanager
def open_site(database: Database, home: Path, *, demonstration: bool = True) -> Iterator[Site]:
    """A service on a ledger of its own, made known to the web project, with people and accounts."""
    settings = Settings(home=home, demonstration=demonstration)
    prepare(database)
    given = {"in_transaction": running.in_transaction, "background": False}
    with Service.on(database, settings, ledger_id=next(_ledger_ids), **given) as service, known_to_pages(service):
        use_quick_hashes()
        site = Site(service)
        site.set_up()
        yield site


def use_quick_hashes() -> None:
    """Hundreds of made-up people sign in: for them the work that keeps a stolen hash from being guessed is left out."""
    from django.conf import settings

    assert settings.PASSWORD_HASHERS in ([PRODUCT_HASHER], [QUICK_HASHER])
    settings.PASSWORD_HASHERS = [QUICK_HASHER]


def unlist_sessions(name: str) -> None:
    """A sign-in looks through the list of those before it, and here the same person has dozens. They go on unlisted."""
    from allauth.usersessions.models import UserSession

    UserSession.objects.filter(user__username=name).delete()


def close_django() -> None:
    """Give back what Django holds of the database."""
    from django.db import connection, connections

    connections.close_all()
    connection.close_pool()
