"""The security log read back: lines by kind, person and time, and the alerts that nobody has looked at (CSV-21)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coign.kernel.errors import Conflict, Forbidden, NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.web import running
from coign.web.accounts import security_log
from coign.web.accounts.models import Account, Alert

PAGE = 100
COMMENT_LENGTH_MAX = 500
#: What a kind is called. A kind without words is shown by its name.
KINDS: Mapping[str, Any] = {
    "sign_in": _("Signed in"),
    "sign_in.failed": _("Sign-in or code failed"),
    "sign_in.burst": _("Burst of failed sign-ins"),
    "session.unlocked": _("Station unlocked"),
    "account.opened": _("Account opened"),
    "account.withdrawn": _("Account taken back: the record refused the person"),
    "account.start_password_given": _("Start password given"),
    "account.half_told": _("Half of a start password told"),
    "account.locked": _("Account locked"),
    "account.opened_again": _("Account unlocked"),
    "account.ended": _("Sign-ins and tokens ended"),
    "account.reset": _("Sign-in reset by two administrators"),
    "account.reset_disowned": _("Owner says: I did not ask for this reset"),
    "account.closed": _("Account closed: the person left"),
    "account.second_station": _("Signed in at a second station"),
    "account.other_station_ended": _("Other station signed out"),
    "account.impossible_travel": _("At two sites within too short a time"),
    "signing.contested": _("Signing while signed in at two stations"),
    "signing.without_authenticator": _("Signing without an enrolled authenticator"),
    "password.changed": _("Password changed"),
    "password.wanting": _("Password must be replaced"),
    "factor.added": _("Second factor set up"),
    "factor.removed": _("Second factor removed"),
    "passkey.registered": _("Passkey registered"),
    "passkey.removed": _("Passkey removed"),
    "key.enrolment_asked": _("Enrolment of a signing key asked for"),
    "key.revocation_asked": _("Owner gave up a signing key"),
    "key.request_declined": _("Request about a signing key declined"),
    "external.link_proposed": _("Link with an identity of another house proposed"),
    "external.linked": _("Linked with an identity of another house"),
    "external.unlinked": _("Link with an identity of another house ended"),
    "token.issued": _("Token issued"),
    "token.revoked": _("Tokens revoked"),
    "token.refused": _("Token refused"),
    "request.preview": _("Rules asked, nothing recorded"),
    "request.not_understood": _("Request not understood"),
    "request.forbidden": _("Request without the right to it"),
    "request.unauthenticated": _("Request without a sign-in"),
    "station.bound": _("Station bound to a site"),
    "station.released": _("Station bound to no site"),
    "record.backed_up": _("Backup made"),
    "record.restore_proved": _("Restore of a backup proved"),
    "record.restored": _("Record restored from a backup"),
    "record.repaired": _("Record repaired from a backup"),
    "pack.taken": _("Pack of a therapy taken away"),
    "alert.acknowledged": _("Alert looked at"),
    "demonstration.continued_as": _("Demonstration: continued as somebody else"),
}
_HIDDEN = frozenset({"alert"})
_SELECT = "select id, time, kind, person, detail::text from public.security_log "


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are asked for; what is empty narrows nothing."""

    kind: str = ""
    person: str = ""
    since: datetime | None = None
    until: datetime | None = None
    alerts_only: bool = False
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    id: int
    time: datetime
    kind: str
    person: str
    detail: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What happened, in words."""
        return str(KINDS.get(self.kind, self.kind))

    @property
    def is_alert(self) -> bool:
        """Whether somebody had to look at it."""
        return bool(self.detail.get("alert"))

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The rest as names and values."""
        shown = ((n, v) for n, v in self.detail.items() if n not in _HIDDEN and v not in ("", None))
        return [(n.replace("_", " "), ", ".join(map(str, v)) if isinstance(v, list) else str(v)) for n, v in shown]


def people_of(organisation: Organisation) -> list[str]:
    """Whose lines the administrators of an organisation read."""
    return list(Account.objects.filter(organisation=str(organisation)).values_list("person", flat=True))


def lines(wanted: Wanted, people: Sequence[str], *, nobody: bool = True) -> tuple[list[Line], int | None]:
    """Lines about these people (and about nobody in particular), newest first, and from where older ones go on."""
    asked = {
        "ledger": running.service().ledger_id, "people": list(people), "nobody": nobody, "kind": wanted.kind,
        "person": wanted.person, "since": wanted.since, "until": wanted.until, "alerts": wanted.alerts_only,
        "before": wanted.before, "limit": PAGE + 1,
    }  # fmt: skip
    found = _read(
        "where ledger_id = %(ledger)s and (person = any(%(people)s) or %(nobody)s and person = '') "
        "and (%(kind)s = '' or kind = %(kind)s) and (%(person)s = '' or person = %(person)s) "
        "and (%(since)s::timestamptz is null or time >= %(since)s) "
        "and (%(until)s::timestamptz is null or time < %(until)s) "
        "and (not %(alerts)s or detail @> '{\"alert\": true}') and (%(before)s::bigint is null or id < %(before)s) "
        "order by id desc limit %(limit)s",
        asked,
    )
    return found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None


def _read(condition: str, values: Mapping[str, Any]) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(_SELECT + condition, values)
        return [Line(i, time, kind, person, orjson.loads(text)) for i, time, kind, person, text in cursor.fetchall()]


def open_alerts(organisation: Organisation) -> list[Line]:
    """Alerts that nobody has looked at yet, newest first."""
    numbers = list(_open(organisation).order_by("-line").values_list("line", flat=True)[:PAGE])
    if not numbers:
        return []
    return _read(
        "where ledger_id = %(ledger)s and id = any(%(ids)s) order by id desc",
        {"ledger": running.service().ledger_id, "ids": numbers},
    )


def count_open(organisation: Organisation) -> int:
    """How many there are."""
    return int(_open(organisation).count())


def alerts_about(person: Person) -> list[Line]:
    """Open alerts about one person, newest first."""
    found = Alert.objects.filter(ledger_id=running.service().ledger_id, acknowledged=None, person=str(person))
    numbers = list(found.values_list("line", flat=True))
    values = {"ledger": running.service().ledger_id, "ids": numbers}
    return _read("where ledger_id = %(ledger)s and id = any(%(ids)s) order by id desc", values) if numbers else []


def acknowledge(line: int, organisation: Organisation, by: Person, comment: str) -> None:
    """Somebody looked, and says what it was. The log gets a line about it; the alert's own line stays as it is."""
    found = Alert.objects.filter(line=line, ledger_id=running.service().ledger_id).first()
    if found is None or found.person not in ("", *people_of(organisation)):
        raise NotFound("there is no such alert here")
    if found.person == by:
        raise Forbidden("this is about your own account: another administrator looks at it")
    now = timezone.now()
    done = Alert.objects.filter(pk=found.pk, acknowledged=None).update(
        acknowledged=now, acknowledged_by=str(by), comment=comment
    )
    if not done:
        raise Conflict("somebody looked at this alert already")
    security_log.note("alert.acknowledged", found.person, of=line, by=by, comment=comment)


def _open(organisation: Organisation) -> Any:
    own = Account.objects.filter(organisation=str(organisation)).values("person")
    seen = Q(person="") | Q(person__in=own)
    return Alert.objects.filter(seen, ledger_id=running.service().ledger_id, acknowledged=None)
