"""Stations: where somebody is signed in, the idle lock, and one account at two stations (CSV-23, CSV-S4)."""

import secrets
import time
from dataclasses import asdict, replace

from django.contrib.sessions.models import Session
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from coign.web.accounts import limits, misuse, security_log
from coign.web.accounts.models import Account, Presence
from coign.web.reading import reader
from coign.web.signing import sitting as rules
from coign.web.signing.sitting import Sitting

COOKIE = "coign_station"
_SALT = "coign.station"
_YEAR_S = 365 * 24 * 3600
SITTING, STARTED = "coign_sitting", "coign_started"
#: Activity is written down at most this often, so that not every request writes.
_GRAIN_S = 15


def station_of(request: HttpRequest) -> str:
    """This browser's name, kept in a signed cookie; made at the first visit."""
    found = getattr(request, "coign_station", None)
    if found is None:
        try:
            found = request.get_signed_cookie(COOKIE, salt=_SALT)
        except (KeyError, BadSignature):
            found = "station-" + secrets.token_hex(8)
            request.coign_station_is_new = True  # type: ignore[attr-defined]
        request.coign_station = found  # type: ignore[attr-defined]
    return str(found)


def name_station(request: HttpRequest, response: HttpResponse) -> None:
    """Give a new browser its name to keep."""
    if getattr(request, "coign_station_is_new", False):
        response.set_signed_cookie(
            COOKIE, station_of(request), salt=_SALT, max_age=_YEAR_S, httponly=True, samesite="Lax",
            secure=request.is_secure(),
        )  # fmt: skip


def arrive(request: HttpRequest, account: Account) -> None:
    """Somebody signed in: note where, and whether the account is in use at another station."""
    now = int(time.time())
    session, station = request.session, station_of(request)
    if session.session_key is None:
        session.save()
    session[STARTED] = now
    keep(request, Sitting(station, now))  # signing begins with all components again
    others = [p for p in living(account) if p.station != station]
    Presence.objects.filter(account=account, station=station).delete()
    Presence.objects.update_or_create(
        session_key=session.session_key,
        defaults={"account": account, "station": station, "undecided": bool(others)},
    )
    misuse.arrived(account, station)
    if others:
        security_log.note(
            "account.second_station", account.person, alert=True, stations=[station, *(p.station for p in others)],
            since_entry=account.proved_at,
        )  # fmt: skip
    worked(account, station, proved=not others)


def worked(account: Account, station: str, *, proved: bool = False) -> None:
    """Somebody works here with this account; `proved`: and it is surely its owner, as far as anybody can tell."""
    account.last_station, account.last_active = station, timezone.now()
    fields = ["last_station", "last_active"]
    if proved:
        account.proved_at = reader().head().size
        fields.append("proved_at")
    account.save(update_fields=fields)


def living(account: Account) -> list[Presence]:
    """Where the account is signed in; sessions that ended elsewhere are forgotten."""
    found = list(Presence.objects.filter(account=account))
    alive = set(
        Session.objects.filter(
            session_key__in=[p.session_key for p in found], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    Presence.objects.filter(pk__in=[p.pk for p in found if p.session_key not in alive]).delete()
    return [p for p in found if p.session_key in alive]


def presence(request: HttpRequest) -> Presence | None:
    """This session's own row; None when it was ended from another station."""
    found = Presence.objects.filter(session_key=request.session.session_key).first()
    account = getattr(request.user, "account", None)
    if found is not None and account is not None and found.account_id == account.pk:
        found.account = account  # the same row, which was read already
    return found


def stay_here(request: HttpRequest, account: Account) -> None:
    """End every other sign-in of this account."""
    own = request.session.session_key
    for other in living(account):
        if other.session_key != own:
            Session.objects.filter(session_key=other.session_key).delete()
            other.delete()
    Presence.objects.filter(session_key=own).update(undecided=False)
    security_log.note("account.other_station_ended", account.person, station=station_of(request))


def is_contested(account: Account) -> bool:
    """Whether somebody must still choose between two stations: until then neither signs."""
    return any(p.undecided for p in living(account))


def sitting_of(request: HttpRequest) -> Sitting:
    """This session's sitting; one that was never noted is locked."""
    kept = request.session.get(SITTING)
    return Sitting(**kept) if kept else Sitting(station_of(request), 0, locked=True)


def keep(request: HttpRequest, sitting: Sitting) -> None:
    """Note the sitting in the session."""
    request.session[SITTING] = asdict(sitting)


def touch(request: HttpRequest, account: Account, *, counts: bool) -> None:
    """Note activity, and lock when there was none for too long or the session turned up at another station."""
    before, now_s = sitting_of(request), int(time.time())
    after = rules.came_back(
        before, station=station_of(request), now_s=now_s, idle_limit_s=limits.seconds("session.idle_lock")
    )
    if counts and not after.locked and now_s - after.seen_s >= _GRAIN_S:
        after = replace(after, seen_s=now_s)
        worked(account, after.station)
    if after != before:
        keep(request, after)


def is_over(request: HttpRequest) -> bool:
    """Whether the sign-in has reached its greatest length."""
    started = int(request.session.get(STARTED, 0))
    return time.time() - started >= limits.seconds("session.length_max")


def lock(request: HttpRequest) -> None:
    """Only the password goes on from here; the period of signing has ended."""
    keep(request, replace(sitting_of(request), locked=True, proved=False))


def unlock(request: HttpRequest) -> None:
    """The person showed who they are, here."""
    keep(request, rules.unlocked(sitting_of(request), station=station_of(request), now_s=int(time.time())))


def is_locked(request: HttpRequest) -> bool:
    """Whether this session waits for its password."""
    return sitting_of(request).locked
