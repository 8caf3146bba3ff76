"""What set-up enters, checked and in one piece."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Site
from coign.kernel.values import Instant
from coign.perform import Request
from coign.service import SETUP


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of the first two; they choose their own password."""

    sign_in: str
    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Member:
    """One role of one person, as one line of the file says it."""

    sign_in: str
    name: str
    role: str
    until: Instant | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An organisation, its first site, and its people."""

    organisation: Organisation
    organisation_name: str
    category: str
    country: str
    site: Site
    site_name: str
    zone: str
    site_country: str
    administrators: tuple[Administrator, Administrator]
    members: tuple[Member, ...] = ()

    def requests(self) -> list[Request]:
        """All acts of set-up in their order. Their keys follow from what is entered: repeating enters nothing twice."""
        acts = list(self._acts())
        content = hashlib.sha256(orjson.dumps(acts, default=str)).hexdigest()[:32]
        return [Request(name, SETUP, f"set-up/{content}/{n}", command) for n, (name, command) in enumerate(acts)]

    def _acts(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        organisation = str(self.organisation)
        yield (
            "people.register_organisation",
            {
                "organisation": organisation,
                "name": self.organisation_name,
                "category": self.category,
                "country": self.country,
            },
        )
        yield (
            "people.register_site",
            {
                "site": str(self.site),
                "organisation": organisation,
                "name": self.site_name,
                "zone": self.zone,
                "country": self.site_country,
            },
        )
        for admin in self.administrators:
            yield from self._person(admin.sign_in, admin.name)
            yield self._role(admin.sign_in, "admin", None)
        registered: set[str] = set()
        for member in self.members:
            if member.sign_in not in registered:
                registered.add(member.sign_in)
                yield from self._person(member.sign_in, member.name)
            yield self._role(member.sign_in, member.role, member.until)
        yield "installation.finish_setup", {}

    def _person(self, sign_in: str, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        person = str(Person.of(sign_in))
        yield "people.register_person", {"person": person, "organisation": str(self.organisation), "name": name}

    def _role(self, sign_in: str, role: str, until: Instant | None) -> tuple[str, Mapping[str, Any]]:
        command = {"person": str(Person.of(sign_in)), "role": role, "organisation": str(self.organisation)}
        return "people.grant_role", command if until is None else {**command, "until": str(until)}
