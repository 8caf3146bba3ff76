"""Somebody who takes the tour: one browser, in turn each of the demonstration's people, scanning and filling forms."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from django.urls import reverse
from tests.web.client import Client

from coign.demo import people, player, scene
from coign.gateways.labels import symbol_of, symbol_text
from coign.kernel.subjects import Patient, Subject
from coign.perform import Request
from coign.service import Service

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


class Visitor:
    """What the page says after each step is in `words`."""

    def __init__(self, service: Service) -> None:
        from coign.web.accounts import demonstration  # only once Django is set up

        demonstration.open_accounts(service)
        self.service, self.browser = service, Client()
        self.path = self.page = ""
        self.status = 0

    def be(self, account: str) -> "Visitor":
        """Continue as somebody else, as the button beside a therapy does."""
        self.browser.post(reverse("continue-as"), {"as": account})
        return self

    def open(self, path: str) -> "Visitor":
        """Go to a page."""
        self.path = path
        return self._took(self.browser.get(path))

    def act(self, root: str, step: str) -> "Visitor":
        """Open an act of a therapy."""
        return self.open(reverse("do", args=[root, step]))

    def scan(self, *things: Subject, serial: int = 0) -> "Visitor":
        """Scan what stands on these things, one after the other."""
        for thing in things:
            self._send({"scan": symbol_text(symbol_of(thing, serial) if serial else symbol_of(thing))})
        return self

    def go(self, **typed: Any) -> "Visitor":
        """Fill in the rest and press the button; pages that follow are followed."""
        return self._send({**typed, "go": "yes"})

    def _send(self, more: Mapping[str, Any]) -> "Visitor":
        form = self.page.partition('id="act"')[2] or self.page.partition("<main")[2]
        carried: dict[str, Any] = {}
        for name, value in _HIDDEN.findall(form.partition("</form>")[0]):
            carried.setdefault(name, []).append(unescape(value))
        return self._took(self.browser.post(self.path, {**carried, **more}, follow=True))

    def _took(self, answer: Any) -> "Visitor":
        self.status, self.page = answer.status_code, answer.content.decode()
        return self

    @property
    def words(self) -> str:
        """The main part of the page, as it is read."""
        main = self.page.partition("<main")[2].partition("</main>")[0]
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))

    # What others do meanwhile

    def enrol(self, **who: str) -> Patient:
        """A new patient of the centre."""
        coordinator = people.in_role("coordinator", people.CENTRE)[0].actor
        asked = Request("clinical.enrol", coordinator, f"tour-{who['hospital_number']}", who)
        done = player.settled(self.service, self.service.door.perform(asked))
        return Patient(next(s for s in done.entries[0].subjects if s.startswith("patient:")))

    def play(self, root: str, to: str) -> str:
        """Everybody else does their part up to a step; gives the therapy's name from then on."""
        list(player.play(self.service, root, to))
        return scene.find(self.service, root).journey.root
