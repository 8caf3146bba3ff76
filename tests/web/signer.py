"""Somebody who signs at a page with password and code: what the tests of resets and of shared accounts share."""

import time
from collections.abc import Callable
from html import unescape
from typing import Any

from tests.web.site import MAKER, PASSWORD, Site

from coign.kernel.subjects import Person

ACTION = "regulatory.record_basis"  # signed, and it needs nothing to be there before
BASIS = {
    "jurisdiction": "EU", "stage": "phase_2", "basis": "trial", "since": "2026-01-01T00:00:00Z", "evidence": "ab" * 32
}  # fmt: skip


class Signer:
    """An account of the maker in the role regulatory, no demonstration's; enrolled and given a code when asked."""

    def __init__(self, site: Site, fresh: Callable[[str], str]) -> None:
        from allauth.mfa.totp.internal import auth

        from coign.web.signing import keys

        self.site, self.fresh, self.keys, self._auth = site, fresh, keys, auth
        self.name = fresh("reg").replace(":", "-").lower()
        self.password, self._secret = PASSWORD, ""
        site.add_person(self.name, MAKER, "regulatory", demonstration=False)

    @property
    def person(self) -> Person:
        """In the record."""
        return Person.of(self.name)

    @property
    def credential(self) -> str:
        """What is enrolled for password and code."""
        return self.keys.credential_of(self.person, self.keys.ATTESTED)

    def propose_key(self, admin: str) -> None:
        """One administrator says whose key it is."""
        method = self.keys.ATTESTED
        public = self.keys.public_key_for(self.person, method)
        self.site.do(
            "people.propose_authenticator", admin, person=self.person, credential=self.credential, method=method,
            public_key=public, evidence="cd" * 32,
        )  # fmt: skip

    def enrol(self, one: str, other: str) -> None:
        """Two administrators do."""
        self.propose_key(one)
        self.site.do("people.confirm_authenticator", other, person=self.person, credential=self.credential)

    def set_up_code(self) -> None:
        """A second factor."""
        self._secret = self._auth.generate_totp_secret()
        self._auth.TOTP.activate(self.site.account(self.name).user, self._secret)

    def code(self) -> str:
        """What the authenticator shows now."""
        from allauth.mfa import app_settings

        counter = int(time.time()) // app_settings.TOTP_PERIOD
        return str(self._auth.format_hotp_value(self._auth.hotp_value(self._secret, counter)))

    def shown(self, client: Any) -> str:
        """The intent that this browser is shown."""
        prepared = client.post(
            f"/api/actions/{ACTION}/prepare",
            {"command": {**BASIS, "product": self.fresh("product")}},
            content_type="application/json",
        )
        assert prepared.status_code == 200, prepared.content
        return str(prepared.json()["intent"])

    def sign(self, client: Any, intent: str = "") -> Any:
        """Sign what is shown, with both components."""
        proof = {"method": "password+otp", "password": self.password, "code": self.code()}
        return client.post(f"/actions/{ACTION}/sign/", {"intent": intent or self.shown(client), **proof})


def words(response: Any) -> str:
    """A page as its reader sees it."""
    return unescape(response.content.decode())
