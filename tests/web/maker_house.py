"""People of the maker for the tests of a page, somebody of another house, and one browser each."""

from typing import TYPE_CHECKING

from tests.web.site import HOSPITAL, MAKER, Site

from coign.kernel.values import Instant

if TYPE_CHECKING:
    from tests.web.client import Client
else:
    Client = object

DAY_US = 86_400_000_000


class MakerHouse:
    """A site of the maker; its people are called by it and their role (`rooms-qa`), somebody else `rooms-elsewhere`."""

    def __init__(self, site: Site, name: str, roles: tuple[str, ...], elsewhere: str) -> None:
        self.site, self._browsers = site, dict[str, Client]()
        for role in roles:
            site.add_person(f"{name}-{role}", MAKER, role)
        site.add_person(f"{name}-elsewhere", HOSPITAL, elsewhere)
        site.enrol_key(f"{name}-qa")
        site.do("people.register_site", "setup", site=f"site:{name}", organisation=MAKER, name=name.capitalize(),
                zone="Europe/Berlin", country="DE")  # fmt: skip

    def instant(self, days: float) -> Instant:
        """So many days from now."""
        return Instant.of_us(self.site.service.clock.now_us() + int(days * DAY_US))

    def get(self, name: str, path: str, status: int = 200) -> str:
        """A page as somebody sees it."""
        if name not in self._browsers:
            self._browsers[name] = self.site.browser(name)
            self._browsers[name].post("/session/elsewhere/", {"choice": "here"})
        response = self._browsers[name].get(path)
        assert response.status_code == status, response.content.decode()[-1500:]
        return response.content.decode()  # type: ignore[no-any-return]
