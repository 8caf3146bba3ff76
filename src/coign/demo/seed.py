"""The story's beginning: organisations, people, their keys and skills, the programme in force, stock.

Every act has a key that follows from the seed alone, so that beginning again goes on where it stopped and enters
nothing twice.
"""

from collections.abc import Callable, Mapping
from typing import Any

from coign.demo import oversight, people, player, scene, stock
from coign.demo.people import BY_CODE, EVERYBODY, INTERFACE, PLACES, Account
from coign.installation.events import THIS
from coign.installation.views import INSTALLATION
from coign.kernel.values import Actor, Instant
from coign.perform.request import Done, Request, Source
from coign.programmes.model import ProgrammeVersion
from coign.service import SETUP, Service, keys

SEED = 1
Progress = Callable[[str], None]
#: Who shows what happens to somebody without a skill (TRN-01).
UNTRAINED = frozenset({("operator-3", "aseptic_processing")})
QUALIFIED_DAYS = 360
#: As long as the rules let an inspector come in without asking again.
INSPECTION_DAYS = 365
#: Whose qualification ends within the story, so that somebody finds out what that means.
ENDS_EARLIER_DAYS = {("operator-2", "filling"): 30}


class Seeding:
    """Enters the beginning of a story; one at a time."""

    def __init__(self, service: Service, seed: int, progress: Progress = lambda line: None) -> None:
        self.service, self.seed, self.progress = service, seed, progress

    def run(self, journeys: int = 3) -> None:
        """Everything that stands before the first patient; what is there already stays as it is."""
        self._people()
        self._keys()
        self._programmes()
        oversight.lay_down(self)
        self._skills()
        stock.lay_in(self, journeys)

    def once(self, nonce: str, actor: Actor, action: str, command: Callable[[], Mapping[str, Any]]) -> Done | None:
        """An act under its own key; None: it stands in the record already."""
        key = f"seed/{self.seed}/{nonce}"
        if self.stands(actor, nonce):
            return None
        return player.perform_as(self.service, actor, action, command(), key)

    def stands(self, actor: Actor, nonce: str) -> bool:
        """Whether an act of the story was entered before."""
        with scene.connection(self.service) as reads:
            row = reads.execute(
                "select 1 from nonce where ledger_id = %s and person = %s and nonce = %s",
                (self.service.ledger_id, str(actor.person), f"seed/{self.seed}/{nonce}"),
            ).fetchone()
        return row is not None

    @property
    def now(self) -> Instant:
        """The demonstration's time."""
        return Instant.of_us(self.service.clock.now_us())

    # What stands before the first patient

    def _people(self) -> None:
        if not self.service.states.of(INSTALLATION, THIS).being_set_up:
            return
        self.progress("Registering organisations and people …")
        self.service.door.perform_all([self._setup(*each) for each in self._set_up()])

    def _setup(self, nonce: str, action: str, command: Mapping[str, Any]) -> Request:
        return Request(action, SETUP, f"seed/{self.seed}/setup/{nonce}", command, source=Source.INSIDE)

    def _set_up(self) -> list[tuple[str, str, Mapping[str, Any]]]:
        """Set-up ends with the same commit that it began with."""
        names = people.printed_names(self.seed)
        acts: list[tuple[str, str, Mapping[str, Any]]] = []
        for place in PLACES:
            organisation = place.organisation
            acts.append(
                (
                    str(organisation),
                    "people.register_organisation",
                    {
                        "organisation": organisation,
                        "name": place.name,
                        "category": place.category,
                        "country": place.country,
                    },
                )
            )
            acts.append(
                (
                    str(place.site),
                    "people.register_site",
                    {
                        "site": place.site,
                        "organisation": organisation,
                        "name": place.site_name,
                        "zone": place.zone,
                        "country": place.country,
                    },
                )
            )
        for account in (*EVERYBODY, BY_CODE, INTERFACE):
            who = {"person": account.person, "organisation": account.organisation}
            acts.append((account.account, "people.register_person", {**who, "name": names[account.account]}))
            ends = {"until": self.now.plus(days=INSPECTION_DAYS)} if account.role == "inspector" else {}
            acts.append((f"{account.account}/role", "people.grant_role", {**who, "role": account.role, **ends}))
        for admin in people.in_role("admin", people.MAKER):  # the other houses have no administrators of their own
            for place in PLACES:
                if place.organisation != admin.organisation:
                    given = {"person": admin.person, "role": admin.role, "organisation": place.organisation}
                    acts.append((f"{admin.account}/role/{place.organisation}", "people.grant_role", given))
        return [*acts, ("finish", "installation.finish_setup", {})]

    def _keys(self) -> None:
        """One administrator saw the person, the other agrees; administrators sign nothing and need no key."""
        one, other = (people.account(name) for name in ("admin-1", "admin-2"))
        assert one is not None
        assert other is not None
        signers = [a for a in (*EVERYBODY, BY_CODE, INTERFACE) if a.role != "admin"]
        last = signers[-1]
        if self.stands(other.actor, f"key/{last.account}/confirm"):
            return
        self.progress("Enrolling everybody's key …")
        evidence = self.keep("Identity document seen by an administrator, copy not kept.")
        requests = []
        for account in signers:
            method = keys.ATTESTED if account is BY_CODE else keys.DEMONSTRATION
            credential = keys.credential_of(account.person, method)
            proposal = {
                "person": account.person,
                "credential": credential,
                "method": method,
                "public_key": keys.public_key_for(self.service, account.person, method),
                "evidence": evidence,
            }
            requests += [
                self._by(one, account, "propose", "people.propose_authenticator", proposal),
                self._by(
                    other,
                    account,
                    "confirm",
                    "people.confirm_authenticator",
                    {"person": account.person, "credential": credential},
                ),
            ]
        self.service.door.perform_all(requests)

    def _by(self, admin: Account, whose: Account, half: str, action: str, command: Mapping[str, Any]) -> Request:
        """An administrator acts for the house whose key it is."""
        actor = Actor(admin.person, admin.role, whose.organisation)
        nonce = f"seed/{self.seed}/key/{whose.account}/{half}"
        return Request(action, actor, nonce, command, source=Source.INSIDE)

    def _programmes(self) -> None:
        proposer, approver = people.in_role("regulatory", people.MAKER)[0], people.in_role("qp", people.MAKER)[0]
        for version in self.service.programmes.all():
            command = {"programme": version.programme, "version": version.digest}
            name = f"programme/{version.digest[:16]}"
            self.once(f"{name}/propose", proposer.actor, "regulatory.propose_programme", lambda c=command: c)  # type: ignore[misc]
            self.once(f"{name}/approve", approver.actor, "regulatory.approve_programme", lambda c=command: c)  # type: ignore[misc]

    def _skills(self) -> None:
        trainer = people.in_role("trainer", people.MAKER)[0].actor
        wanted = [
            (account, task)
            for version in self.service.programmes.all()
            for task in version.tasks
            for account in EVERYBODY
            if account.role in roles_for(version, task) and (account.account, task) not in UNTRAINED
        ]
        self.progress(f"Qualifying people for their tasks ({len(wanted)}) …")
        for account, task in dict.fromkeys(wanted):
            self.once(
                f"skill/{account.account}/{task}",
                trainer,
                "training.qualify",
                lambda account=account, task=task: {  # type: ignore[misc]
                    "person": account.person,
                    "task": task,
                    "until": self.now.plus(days=ENDS_EARLIER_DAYS.get((account.account, task), QUALIFIED_DAYS)),
                    "evidence": self.keep(f"Observed practice of {account.account}: {task}. Passed."),
                },
            )

    def keep(self, text: str) -> str:
        """A document of the story."""
        return self.service.documents.put(f"DEMONSTRATION: nothing in this file is real.\n{text}\n".encode())


def roles_for(version: ProgrammeVersion, task: str) -> frozenset[str]:
    """Who does work that asks for this task."""
    of_acts = {role for step in version.journey if step.task == task for role in step.roles}
    return frozenset(of_acts | ({"operator"} if any(step.task == task for step in version.steps) else set()))
