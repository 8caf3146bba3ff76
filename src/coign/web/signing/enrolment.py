"""Requests about signing keys: asked by their owner, answered by administrators through the record."""

from hashlib import sha256
from typing import Literal

from coign.kernel.errors import Conflict
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person
from coign.people.events import AuthenticatorEnrolled
from coign.people.views import AUTHORITY, ORGANISATION, Authority, Proposal
from coign.web.accounts import security_log
from coign.web.accounts.models import Account
from coign.web.reading import reader
from coign.web.signing.models import KeyRequest
from coign.web.therapy.looking import states_of

#: Where a key stands: nobody asked, the owner asked, one administrator proposed it, it signs, it signed once.
Standing = Literal["not_asked", "waiting", "proposed", "signs", "ended"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A key that waits for the second administrator."""

    person: Person
    proposal: Proposal


def ask(account: Account, credential: str, method: str, public_key: str, label: str) -> KeyRequest:
    """Ask that a key be enrolled; `Conflict` when that was asked, or done, already."""
    if standing_of(account.subject, credential) in ("waiting", "proposed", "signs"):
        raise Conflict("this was asked for already: administrators have it on their list")
    row, _ = KeyRequest.objects.update_or_create(
        credential=credential,
        defaults={
            "account": account, "wish": KeyRequest.Wish.ENROL, "method": method, "public_key": public_key,
            "label": label, "asked_at": reader().head().size,
        },
    )  # fmt: skip
    security_log.note("key.enrolment_asked", account.person, credential=credential, method=method)
    return row


def give_up(account: Account, credential: str, label: str) -> None:
    """The owner has this key no longer: what waits is withdrawn, and what signs is asked to be revoked."""
    KeyRequest.objects.filter(account=account, credential=credential).delete()
    state = reader().state(AUTHORITY, account.subject)
    enrolled = next((c for c in state.credentials if c.id == credential), None)
    if enrolled is None:
        return
    KeyRequest.objects.create(
        account=account, wish=KeyRequest.Wish.REVOKE, credential=credential, method=enrolled.method,
        public_key=enrolled.public_key, label=label, asked_at=reader().head().size,
    )  # fmt: skip
    security_log.note("key.revocation_asked", account.person, credential=credential, alert=True)


def decline(row: KeyRequest, by: Person) -> None:
    """An administrator will not see to it; the owner may ask again."""
    security_log.note("key.request_declined", row.account.person, credential=row.credential, by=by)
    row.delete()


def waiting(wish: KeyRequest.Wish, house: Organisation) -> list[KeyRequest]:
    """Requests that the record has not answered yet, of people for whom this house answers, the oldest first."""
    rows = list(KeyRequest.objects.select_related("account__user").filter(wish=wish))
    states, answered = states_of(AUTHORITY, [row.person for row in rows]), _answered_for(house)
    return [row for row in rows if states[row.person].organisation in answered and _waits(row, states[row.person])]


def proposed(house: Organisation) -> list[Proposed]:
    """Keys that wait for the house's second administrator, however they were proposed."""
    people = dict(reader().states(AUTHORITY, None))
    asked = {row.person for row in KeyRequest.objects.select_related("account")} - people.keys()
    people |= states_of(AUTHORITY, asked)
    answered = _answered_for(house)
    return [
        Proposed(Person(s), state.proposal)
        for s, state in sorted(people.items())
        if state.proposal is not None and state.organisation in answered
    ]


def _answered_for(house: Organisation) -> set[Organisation]:
    """This house, and those that it brought in."""
    brought_in = (Organisation(o) for o, state in reader().states(ORGANISATION, None) if state.brought_in_by == house)
    return {house, *brought_in}


def standing_of(person: Person, credential: str) -> Standing:
    """Where a key of this person stands."""
    state = reader().state(AUTHORITY, person)
    if any(c.id == credential for c in state.credentials):
        return "signs"
    if _is_proposed(state, credential):
        return "proposed"
    row = KeyRequest.objects.filter(credential=credential, wish=KeyRequest.Wish.ENROL).first()
    if row is not None and _waits(row, state):
        return "waiting"
    return "ended" if _was_enrolled(person, credential, since=0) else "not_asked"


def fingerprint(public_key: str) -> str:
    """A short name for a key, to compare by eye: the owner sees it on their page, administrators on theirs."""
    digits = sha256(public_key.encode()).hexdigest()[:24]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _waits(row: KeyRequest, state: Authority) -> bool:
    signs = any(c.id == row.credential for c in state.credentials)
    if row.wish == KeyRequest.Wish.REVOKE:
        return signs
    return (
        state.active
        and not signs
        and row.asked_at > state.reset_at  # what was asked before a reset may not have been the owner
        and not _is_proposed(state, row.credential)
        and not _was_enrolled(row.person, row.credential, since=row.asked_at)
    )


def _is_proposed(state: Authority, credential: str) -> bool:
    return state.proposal is not None and state.proposal.credential == credential


def _was_enrolled(person: Person, credential: str, *, since: int) -> bool:
    """Whether the record enrolled it from this position on, whatever became of it."""
    return any(
        isinstance(fact, AuthenticatorEnrolled) and fact.credential == credential
        for entry in reader().history(person)
        if entry.position >= since and entry.outcome != "refused"
        for fact in entry.facts
    )
