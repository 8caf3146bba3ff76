"""What the receiver of a pack may see: all of it, or what somebody of one role may read at work (CSV-04, TRC-26)."""

from collections.abc import Callable, Collection, Mapping, Set
from typing import Any, get_args

from coign import catalogue
from coign.identity.views import UNIT
from coign.kernel.errors import Invalid
from coign.kernel.facts import about
from coign.kernel.sight import may_see
from coign.kernel.subjects import Organisation, Subject, Unit, parse_subject
from coign.ledger.encoding import fact_from
from coign.people.events import Role
from coign.people.views import AUTHORITY
from coign.service.opening import TAKES_PACKS, stands_before_patients
from coign.service.states import States

#: Facts about a unit that tell how it travels, and nothing of what is in it.
OF_THE_WAY = ("custody.", "logistics.", "coldchain.logger_")


class Sight:
    """By the role of the receiver; an empty one sees everything that is told of this therapy.

    `organisation`: for somebody there; otherwise for somebody in any organisation where the role is held. `inside`:
    what the scope of whoever asks leaves of some subjects (REG-10). `names`: whether it is to be told who the patient
    is.
    """

    def __init__(
        self,
        states: States,
        role: str = "",
        organisation: Organisation | None = None,
        inside: Callable[[Collection[Subject]], Collection[Subject]] = lambda subjects: subjects,
        *,
        names: bool = False,
    ) -> None:
        if role and role not in get_args(Role):
            raise Invalid.at("--redact", f"there is no role {role}; the roles are {', '.join(sorted(get_args(Role)))}")
        if names and not stands_before_patients(role):
            meet = ", ".join(filter(stands_before_patients, get_args(Role)))
            raise Invalid.at("--names", f"names are for those who meet patients: give --redact with one of {meet}")
        self.texts, self.names = role in TAKES_PACKS, names
        self.role, self._states = f"{role} of {organisation}" if organisation else role, states
        self._inside = inside
        self._organisations = (
            {organisation}
            if organisation
            else {
                grant.organisation
                for _, person in (states.all(AUTHORITY) if role else ())
                for grant in person.grants
                if person.active and grant.role == role
            }
        )

    def known(self, subjects: Collection[str]) -> list[str]:
        """Those of these subjects of which somebody of the role may know, in order."""
        if not self.role:
            return sorted(subjects)
        parsed = [parse_subject(text) for text in subjects]
        parties = self._states.several([catalogue.PARTIES], parsed)
        return sorted(s for s in self._inside(parsed) if any(self._sees(s, o, parties) for o in self._organisations))

    def hidden(self, entries: Mapping[int, Mapping[str, Any]], there: Set[str]) -> set[int]:
        """Where entries stand that nobody of the role may read: they name, or tell of, what is not for them.

        `there`: the subjects about which anything was recorded at all.
        """
        if not self.role:
            return set()
        named = {at: frozenset(map(parse_subject, named_in(entry) & there)) for at, entry in entries.items()}
        everything = sorted(frozenset[Subject]().union(*named.values()))
        states = self._states.several([catalogue.PARTIES, UNIT], everything)
        chains = sorted({s.chain for (view, _), s in states.items() if view == UNIT.name and s.chain})
        states |= self._states.several([catalogue.PARTIES], chains)
        inside = frozenset(self._inside(everything))
        return {
            at
            for at, entry in entries.items()
            if not named[at] <= inside
            or not any(self._reads(entry, named[at], organisation, states) for organisation in self._organisations)
        }

    def _reads(
        self,
        entry: Mapping[str, Any],
        named: Collection[Subject],
        organisation: Organisation,
        states: Mapping[Any, Any],
    ) -> bool:
        if not all(self._sees(subject, organisation, states) for subject in named):
            return False
        return all(self._is_told(fact, organisation, states) for fact in entry["intent"]["facts"])

    def _is_told(self, fact: Mapping[str, Any], organisation: Organisation, states: Mapping[Any, Any]) -> bool:
        """Whoever only carries a unit learns of its way, and not what it is."""
        if fact["type"].startswith(OF_THE_WAY):
            return True
        units = [subject for subject in about(fact_from(fact)) if isinstance(subject, Unit)]
        chains = [chain for unit in units if (chain := states[UNIT.name, str(unit)].chain)]
        return all(self._sees(chain, organisation, states) for chain in chains)

    @staticmethod
    def _sees(subject: Subject, organisation: Organisation, states: Mapping[Any, Any]) -> bool:
        if subject.public:
            return True
        parties = states.get((catalogue.PARTIES.name, str(subject)), catalogue.PARTIES.empty)
        return may_see(subject, parties, organisation)


def named_in(entry: Mapping[str, Any]) -> set[str]:
    """Every subject that an entry, as plain values, names."""
    return {each["subject"] for each in entry["about"]} | set(entry["refs"])
