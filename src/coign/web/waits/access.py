"""What waits for administrators: what needs a second one, what is urgent about people, alerts, backups."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.installation.events import LOG_KEY
from coign.installation.log_key import LOG_KEY_VIEW
from coign.kernel.values import Actor
from coign.people.separation import ADMINISTRATOR
from coign.web import running
from coign.web.accounts import log_lines
from coign.web.boards.matter import Matter
from coign.web.external.models import Link
from coign.web.links import reverse
from coign.web.pages.upkeep import what_is_due
from coign.web.people import roll
from coign.web.people.roll import Entry
from coign.web.signing import enrolment
from coign.web.signing.models import KeyRequest


def access(actor: Actor) -> list[Matter]:
    """Everything that an administrator of this house can see to now."""
    if actor.role != ADMINISTRATOR:
        return []
    return [*_people(actor), *_keys(actor), *_log_key(actor), *_alerts(actor), *_care()]


def _people(actor: Actor) -> list[Matter]:
    """Proposals of the other administrator, and what cannot wait about somebody."""
    return [
        Matter(
            entry.name, entry.matters[0].sentence, _("Needs you") if _is_proposed(entry) else _("Needs attention"),
            _("Open"), reverse("person", args=[entry.person.identifier]), entry.matters[0].status,
        )
        for entry in roll.of_organisation(actor.organisation)
        if entry.urgent or _waits_for(entry, actor)
    ]  # fmt: skip


def _is_proposed(entry: Entry) -> bool:
    return entry.state.reset_waiting is not None or entry.state.administrator_waiting is not None


def _waits_for(entry: Entry, actor: Actor) -> bool:
    """Whether somebody else proposed to reset this person's sign-in, or to make them an administrator."""
    waiting = (entry.state.reset_waiting, entry.state.administrator_waiting)
    return any(w is not None and actor.person not in (w.proposed_by, entry.person) for w in waiting)


def _keys(actor: Actor) -> list[Matter]:
    """Keys that were proposed by the other administrator, and what owners ask."""
    page, house = reverse("signing-keys"), actor.organisation
    proposed = [
        Matter(
            _("A signing key of %s") % p.person.identifier, enrolment.fingerprint(p.proposal.public_key),
            _("Waits for the second administrator"), _("Look and agree"), page,
        )
        for p in enrolment.proposed(house)
        if actor.person not in (p.person, p.proposal.proposed_by)
    ]  # fmt: skip
    links = [
        Matter(
            _("An identity of %s") % link.account.subject.identifier, link.subject,
            _("Waits for the second administrator"), _("Look and agree"), reverse("external-links"),
        )
        for link in Link.objects.select_related("account").filter(agreed_at=None).exclude(proposed_by=str(actor.person))
        if link.account.subject != actor.person
    ]  # fmt: skip
    asked = [row for wish in KeyRequest.Wish for row in enrolment.waiting(wish, house) if row.person != actor.person]
    return (
        proposed
        + links
        + [
            Matter(
                _("A signing key of %s") % row.person.identifier,
                row.label,
                _("The owner asks"),
                _("See to it"),
                page,
                "look",
            )
            for row in asked
        ]
    )


def _log_key(actor: Actor) -> list[Matter]:
    """A statement about the key of the log that the other administrator brought."""
    state = running.service().states.of(LOG_KEY_VIEW, LOG_KEY)
    if state.proposed_by in (None, actor.person):
        return []
    page = reverse("form", args=["installation.agree_to_log_key"])
    words = _("Waits for the second administrator")
    return [Matter(_("The key of the log"), _("another one, or its root"), words, _("Look and agree"), page)]


def _alerts(actor: Actor) -> list[Matter]:
    count = log_lines.count_open(actor.organisation)
    if not count:
        return []
    title = ngettext("%d alert in the security log", "%d alerts in the security log", count) % count
    return [Matter(title, "", _("Nobody has looked"), _("Look"), reverse("security"), "stop")]


def _care() -> list[Matter]:
    """Backup and proof of restore that are late."""
    return [
        Matter(_("The care of the record"), due.sentence, _("Overdue"), _("Open"), reverse("upkeep"), "stop")
        for due in what_is_due()
        if due.overdue
    ]
