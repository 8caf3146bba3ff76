"""What every page shows around its content: who is signed in, the clock, what state the record is in."""

from typing import Any

import structlog
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from coign.kernel.errors import CoignError
from coign.kernel.subjects import Organisation
from coign.people.separation import ADMINISTRATOR, INSPECTOR
from coign.web import acting, demonstration, running
from coign.web.accounts import limits, log_lines, stations
from coign.web.accounts.models import Account
from coign.web.external.configuration import providers
from coign.web.inspection.copies import printed_mark
from coign.web.links import reverse
from coign.web.pages.upkeep import what_is_due
from coign.web.people.deeds import LOOKS_ANYWHERE, LOOKS_AT_HOME
from coign.web.reading import reader
from coign.web.roles import role_words
from coign.web.therapy.story import name_of
from coign.web.witnessed import stamped, witnessed

log = structlog.get_logger()

#: Main menu: (name of the address, label). Whoever adds a page of the first level adds a row.
NAVIGATION: list[tuple[str, str]] = [
    ("home", "Work"), ("journeys", "Therapies"), ("safety", "Safety"), ("training", "Training"), ("tanks", "Tanks"),
    ("store", "Store"),    ("actions", "Actions"), ("reference", "Reference"),
]  # fmt: skip


#: Those who work with the rooms of a plant, read their samples, or answer for what was made in them.
WHO_ASKS_ROOMS = frozenset({"operator", "analyst", "qcreviewer", "qa", "qp", "quality-us", "inspector"})
#: Those who use devices, keep them in order, or answer for what was made with them.
WHO_ASKS_DEVICES = frozenset(
    {"operator", "analyst", "qcreviewer", "qa", "qp", "celllab", "nurse", "warehouse", "inspector"}
)
#: Those whose menu is long find the tanks on the page of all equipment.
TANKS_AMONG_DEVICES = frozenset({"qa", "qp", "inspector"})
WHO_ASKS_AUTHORITIES = frozenset({"authority", "inspector", "regulatory", "qa", "qp", "quality-us", "physician"})


def frame(request: HttpRequest) -> dict[str, Any]:
    """The `frame` of `base.html`."""
    service = running.service()
    shown: dict[str, Any] = {
        "home_url": reverse("home"),
        "demonstration": service.demonstration,
        "read_only": reader().head().read_only,
        "clock": _clock(service),
        "scan_url": reverse("scan"),
        "freshness": _freshness(),
    }
    account = _account(request)
    if account is not None:
        shown |= _of(request, account)
    return {"frame": shown, "external_providers": _providers()}


def _clock(service: Any) -> dict[str, Any] | None:
    try:
        return {"now": acting.now().moment}
    except CoignError:  # a clock that cannot be trusted is not shown; writing has stopped by itself
        return None


def _freshness() -> dict[str, Any]:
    """How far the record is published and verified, and how long ago enough witnesses saw it."""
    published, verified, seen = reader().checkpoint(), reader().verified(), witnessed()
    stamp = stamped()
    return {
        "status": seen.status,
        "size": published[0] if published is not None else 0,
        "witnesses": f"{seen.words} · {stamp.words}" if stamp is not None else seen.words,
        "verified": _("verified to %s") % f"{verified[0]:,}" if verified and verified[0] else _("not verified yet"),
        "url": reverse("checkpoint"),
    }


def _providers() -> list[dict[str, str]]:
    """Identity providers people may sign in with; none while the file that names them cannot be understood."""
    try:
        found = providers()
    except CoignError as error:
        log.error("external.configuration", error=error.message)
        return []
    return [{"name": p.name, "url": reverse("openid_connect_login", args=[p.id])} for p in found]


def _elsewhere() -> list[dict[str, str]]:
    """One's own identities of other houses, where there can be any."""
    own = {"url": reverse("socialaccount_connections"), "label": _("Sign-in through another house")}
    return [own] if _providers() else []


def _account(request: HttpRequest) -> Account | None:
    user = getattr(request, "user", None)  # missing when the session itself could not be read
    return getattr(user, "account", None) if user is not None and user.is_authenticated else None


def _of(request: HttpRequest, account: Account) -> dict[str, Any]:
    name = account.user.get_full_name() or account.user.username
    role = request.session.get(acting.ROLE, account.role)
    organisation = request.session.get(acting.ORGANISATION, account.organisation)
    path = request.path
    return {
        "person": {
            "key": account.person,
            "name": name,
            "initials": "".join(word[0] for word in name.replace("-", " ").split()[:2]).upper(),
            "role": capfirst(role_words(role)),
            # One hand, gloves and sunlight: larger, and no grey on white.
            "outdoors": role == "courier",
            "links": [
                {"url": reverse("role"), "label": _("Act in another role")},
                {"url": reverse("mfa_index"), "label": _("Second factor")},
                {"url": reverse("passkeys"), "label": _("Passkeys and signing")},
                *_elsewhere(),
                *([{"url": reverse("signing-keys"), "label": _("Signing keys of others")}] if role == "admin" else []),
                *([{"url": reverse("external-links"), "label": _("Identities of others")}] if role == "admin" else []),
                {"url": reverse("account_change_password"), "label": _("Password")},
                {"url": reverse("usersessions_list"), "label": _("Where you are signed in")},
                {"url": reverse("account-happened"), "label": _("What happened to your account")},
                {"url": reverse("deeds", args=[account.person]), "label": _("What you did")},
            ],
            "sign_out_url": reverse("account_logout"),
            "has_password": account.user.has_usable_password(),
        },
        "organisation": name_of(organisation),
        "idle_seconds": limits.seconds("session.idle_lock"),
        "locked": stations.is_locked(request),
        # Looked for only where it is shown: a part of a page, such as an answer to a scan, has none.
        "tray": SimpleLazyObject(lambda: demonstration.tray_of(request, account)),
        "move_on_url": reverse("advance") if demonstration.is_on() and role != INSPECTOR else "",
        # At the foot of every sheet that an inspector prints (REG-10).
        "copy_mark": printed_mark(account.person, organisation) if role == INSPECTOR else "",
        "unlock_url": reverse("unlock"),
        "nav": [
            {"url": (url := reverse(name)), "label": label, "active": _on(path, url)}
            for name, label in (
                *((n, _(words)) for n, words in NAVIGATION if n != "tanks" or role not in TANKS_AMONG_DEVICES),
                *_rooms(role),
                *_devices(role),
                *_oversight(role),
                *_looking_into(role),
                *_administration(role, organisation),
            )
        ],
    }


def _rooms(role: str) -> list[tuple[str, str]]:
    """The rooms of a plant are looked up by those who work in them or judge what was made there."""
    return [("rooms", _("Rooms"))] if role in WHO_ASKS_ROOMS else []


def _devices(role: str) -> list[tuple[str, str]]:
    """Devices are looked up by those who use them or keep them in order."""
    return [("equipment", _("Equipment"))] if role in WHO_ASKS_DEVICES else []


def _oversight(role: str) -> list[tuple[str, str]]:
    """What an authority allows is looked up by those who decide, release, or answer for patients."""
    return [("oversight", _("Authorisations"))] if role in WHO_ASKS_AUTHORITIES else []


def _looking_into(role: str) -> list[tuple[str, str]]:
    """What people did is asked by those who oversee, judge or train them."""
    return [("deeds-people", _("What people did"))] if role in LOOKS_ANYWHERE | LOOKS_AT_HOME else []


def _administration(role: str, organisation: str) -> list[tuple[str, str]]:
    """What only administrators find in the menu, with how many alerts nobody has looked at and what is overdue."""
    if role != ADMINISTRATOR:
        return []
    count = log_lines.count_open(Organisation(organisation))
    late = any(each.overdue for each in what_is_due())
    return [
        ("people", _("People")),
        ("security", _("Security log (%d)") % count if count else _("Security log")),
        ("upkeep", _("Backups (overdue)") if late else _("Backups")),
    ]


def _on(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
