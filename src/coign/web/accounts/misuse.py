"""Signs of misuse that no single failure shows: bursts from one network, and one person at two sites (CSV-21)."""

import ipaddress
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from coign.web import running
from coign.web.accounts import limits, security_log, tally
from coign.web.accounts.models import Account, Alert, Burst, Station

#: A whole network of this size belongs to one customer; single addresses in it cost an attacker nothing.
_IPV6_PREFIX = 64
_FORGOTTEN_AFTER = timedelta(days=1)


def failed_from(address: str) -> None:
    """Count a failure; the one that makes it a burst raises one alert, and no other does until it was quiet again."""
    network, now = network_of(address), timezone.now()
    window = timedelta(seconds=limits.seconds("misuse.burst_window"))
    _, new = Burst.objects.get_or_create(network=network, defaults={"since": now, "last": now})
    if new:
        Burst.objects.filter(last__lt=now - _FORGOTTEN_AFTER).delete()
    row = Burst.objects.filter(network=network)
    row.filter(Q(alerted=True, last__lt=now - window) | Q(alerted=False, since__lt=now - window)).update(
        since=now, failures=0, alerted=False
    )
    row.update(failures=F("failures") + 1, last=now)
    most = limits.number("misuse.burst_failures")
    if row.filter(failures__gte=most, alerted=False).update(alerted=True):
        why = f"{most} failed sign-ins within {window.total_seconds() / 60:.0f} minutes"
        security_log.note("sign_in.burst", "", alert=True, network=network, why=why)


def network_of(address: str) -> str:
    """What is counted together: an IPv4 address, or the network of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:50]
    return str(found if found.version == 4 else ipaddress.ip_network((found, _IPV6_PREFIX), strict=False))


def alert_once(kind: str, person: str, **detail: Any) -> None:
    """One alert, until somebody has looked at it; what comes meanwhile is counted."""
    open_ones = Alert.objects.filter(ledger_id=running.service().ledger_id, kind=kind, person=person, acknowledged=None)
    if open_ones.exists():
        tally.hit(kind, person, "again", "")
    else:
        security_log.note(kind, person, alert=True, **detail)


def arrived(account: Account, station: str) -> None:
    """Somebody signed in here: an alert when they worked at another site too short a time ago.

    It locks nothing: people do walk from one building to the next, and a nurse at the bed must not be locked out by it.
    """
    before, last = account.last_station, account.last_active
    if last is None or before in ("", station):
        return
    sites = {s.name: s for s in Station.objects.filter(name__in=(station, before))}
    here, there = sites.get(station), sites.get(before)
    if here is None or there is None or here.site == there.site:
        return
    minutes = (timezone.now() - last).total_seconds() / 60
    if minutes < limits.seconds("misuse.travel_time") / 60:
        security_log.note(
            "account.impossible_travel",
            account.person,
            alert=True,
            account=account.user.username,
            why=f"at {there.site.partition(':')[2]}, and {minutes:.0f} minutes later at {here.site.partition(':')[2]}",
        )
