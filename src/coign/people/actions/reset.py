"""Replace everything a person proves themselves with, and make administrators: by two administrators, never by one."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person
from coign.kernel.values import FreeText
from coign.people import gates, own_gates, reset_gates
from coign.people.events import AdministratorProposed, CredentialsReset, ResetProposed, RoleGranted
from coign.people.separation import ADMINISTRATOR
from coign.people.views import AUTHORITY


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReset:
    """Whose password, second factor and authenticators are to be replaced, and why."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))
    why: FreeText = field(metadata=asks("Why", hint="what happened, and how you know who asks for it"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToReset:
    """Whose reset is agreed to."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeAdministrator:
    """Who is to administer the organisation for which the proposer acts."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))

    @property
    def role(self) -> str:
        """The role that is asked for, as the gates of roles ask for it."""
        return ADMINISTRATOR


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreeToAdministrator:
    """Who shall be an administrator from now on."""

    person: Person = field(metadata=asks("Person", "choose", options="people"))

    @property
    def role(self) -> str:
        """The role that is asked for, as the gates of roles ask for it."""
        return ADMINISTRATOR


def _propose_reset(asked: ProposeReset, known: Circumstances) -> Sequence[ResetProposed]:
    return (ResetProposed(person=asked.person, proposed_by=known.actor.person, why=asked.why),)


PROPOSE_RESET = Action(
    name="people.propose_reset",
    title="Propose to reset somebody's sign-in",
    command=ProposeReset,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(gates.person_is_active, gates.not_oneself, own_gates.is_of_own_organisation),
    decide=_propose_reset,
    emits=(ResetProposed,),
    requirements=("CSV-18", "CSV-20"),
    risk=Risk.PATIENT,
    rationale="Whoever replaces what a person proves themselves with could act as that person.",
)


def _agree_to_reset(asked: AgreeToReset, known: Circumstances) -> Sequence[CredentialsReset]:
    waiting = known.state(AUTHORITY, asked.person).reset_waiting
    assert waiting is not None
    return (CredentialsReset(person=asked.person, proposed_by=waiting.proposed_by, agreed_by=known.actor.person),)


AGREE_TO_RESET = Action(
    name="people.agree_to_reset",
    title="Agree to reset somebody's sign-in",
    command=AgreeToReset,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(
        reset_gates.reset_is_proposed,
        reset_gates.reset_is_fresh,
        reset_gates.reset_by_another,
        own_gates.is_of_own_organisation,
        gates.not_oneself,
    ),
    decide=_agree_to_reset,
    emits=(CredentialsReset,),
    requirements=("CSV-18", "CSV-20"),
    risk=Risk.PATIENT,
    rationale="One administrator alone could take over another person's account and act in their name.",
    second_of="people.propose_reset",
)


def _propose_administrator(asked: ProposeAdministrator, known: Circumstances) -> Sequence[AdministratorProposed]:
    employer = known.state(AUTHORITY, asked.person).organisation
    assert employer is not None  # the person is active
    return (AdministratorProposed(person=asked.person, organisation=employer, proposed_by=known.actor.person),)


PROPOSE_ADMINISTRATOR = Action(
    name="people.propose_administrator",
    title="Propose an administrator",
    command=ProposeAdministrator,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(
        gates.person_is_active,
        gates.not_oneself,
        own_gates.is_of_own_organisation,
        gates.roles_are_separate,
    ),
    decide=_propose_administrator,
    emits=(AdministratorProposed,),
    requirements=("CSV-06", "CSV-18"),
    risk=Risk.PATIENT,
    rationale="Two administrators of one mind could make keys that sign as anybody.",
)


def _agree_to_administrator(asked: AgreeToAdministrator, known: Circumstances) -> Sequence[Fact]:
    waiting = known.state(AUTHORITY, asked.person).administrator_waiting
    assert waiting is not None
    return (
        RoleGranted(person=asked.person, role=ADMINISTRATOR, organisation=waiting.organisation),
        # Whoever opened the account knew its start password: it counts for nothing from now on.
        CredentialsReset(person=asked.person, proposed_by=waiting.proposed_by, agreed_by=known.actor.person),
    )


AGREE_TO_ADMINISTRATOR = Action(
    name="people.agree_to_administrator",
    title="Agree to an administrator",
    command=AgreeToAdministrator,
    roles=frozenset({"admin"}),
    reads=lambda asked, actor: (Read(asked.person, AUTHORITY),),
    then_reads=(own_gates.reads_of_employer,),
    gates=(
        reset_gates.administrator_is_proposed,
        reset_gates.administrator_is_fresh,
        reset_gates.administrator_by_another,
        gates.not_oneself,
        own_gates.is_of_own_organisation,
        gates.roles_are_separate,
    ),
    decide=_agree_to_administrator,
    emits=(RoleGranted, CredentialsReset),
    requirements=("CSV-06", "CSV-18"),
    risk=Risk.PATIENT,
    rationale="One administrator alone could make a second one who always agrees.",
    second_of="people.propose_administrator",
)
