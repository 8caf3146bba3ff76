"""Linking an identity of a provider to an account takes two administrators: whoever holds it is that person here."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from coign.kernel.errors import Conflict, Forbidden, Invalid
from coign.kernel.subjects import Person
from coign.people.views import AUTHORITY
from coign.web.accounts import following, security_log
from coign.web.accounts.models import Account
from coign.web.external.configuration import providers
from coign.web.external.id_token import SUBJECT_LENGTH_MAX
from coign.web.external.models import Link
from coign.web.reading import reader


def account_of(provider: str, subject: str) -> Account | None:
    """Whose account this identity opens now."""
    link = Link.objects.select_related("account__user").filter(provider=provider, subject=subject).first()
    return link.account if link is not None and opens(link) else None


def opens(link: Link) -> bool:
    """Whether two administrators agreed, and the person's sign-in was not reset since."""
    return link.agreed_at is not None and link.agreed_at > reader().state(AUTHORITY, link.account.subject).reset_at


def propose(account: Account, provider: str, subject: str, by: Person) -> Link:
    """One administrator knows whose identity it is."""
    if provider not in {p.id for p in providers()}:
        raise Invalid.at("provider", "is none of this installation")
    if not subject or subject != subject.strip() or len(subject) > SUBJECT_LENGTH_MAX:
        raise Invalid.at("subject", f"expected 1 to {SUBJECT_LENGTH_MAX} characters, as the provider tells it")
    _not_oneself(account, by)
    try:
        with transaction.atomic():
            link = Link.objects.create(account=account, provider=provider, subject=subject, proposed_by=str(by))
    except IntegrityError:
        raise Conflict("this identity is linked, or waits to be: look at the list") from None
    security_log.note("external.link_proposed", account.person, provider=provider, subject=subject, by=by)
    return link


def agree(link: Link, by: Person) -> None:
    """A second administrator agrees: from now on the identity signs in as this account."""
    _not_oneself(link.account, by)
    if link.proposed_by == by:
        raise Forbidden("you proposed this link yourself: another administrator agrees")
    now = {"agreed_by": str(by), "agreed": timezone.now(), "agreed_at": reader().head().size}
    if not Link.objects.filter(pk=link.pk, agreed_at=None).update(**now):
        raise Conflict("somebody agreed already")
    security_log.note("external.linked", link.account.person, provider=link.provider, subject=link.subject, by=by)


def remove(link: Link, by: Person) -> None:
    """The identity opens nothing any more, and what it opened ends; one administrator suffices."""
    if opens(link):
        following.end_everything(link.account, "an identity of another house was unlinked")
    security_log.note("external.unlinked", link.account.person, provider=link.provider, subject=link.subject, by=by)
    link.delete()


def _not_oneself(account: Account, by: Person) -> None:
    if account.person == by:
        raise Forbidden("this is your own account: another administrator links it")
