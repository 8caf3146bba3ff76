"""One therapy as its reader may see it: the journey, its acts and entries, its programme and the patient's identity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from coign.correction.events import ValueCorrected
from coign.identity.views import CHAIN, UNIT, ChainState, UnitState
from coign.kernel.errors import NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Organisation, Patient, Person, Site, Unit, parse_subject
from coign.kernel.values import Actor, Digest
from coign.ledger.entries import Entry
from coign.people.views import ORGANISATION, SITE, OrganisationState
from coign.programmes.model import ProgrammeVersion
from coign.records import reading as records
from coign.records import scope
from coign.records.journey import Journey
from coign.web import running
from coign.web.reading import reader
from coign.web.therapy.corrected import as_it_counts, corrected_in
from coign.web.therapy.identities import Identity, identities_of
from coign.web.therapy.looking import entries_at, every, open_to_the_house, states_of, visible, visible_entries


@dataclass(frozen=True, slots=True)
class Told:
    """One fact, as it stands in the record, with the entry that tells it."""

    type: str
    body: Mapping[str, Any]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Story:
    """All that the pages of one therapy ask. `hidden` counts no acts: what is not for this reader is not there."""

    journey: Journey
    actor: Actor
    programme: ProgrammeVersion | None
    acts: list[records.Act]
    entries: Mapping[int, Entry]
    steps: list[records.NextStep]
    sees_chain: bool
    sees_patient: bool
    identity: Identity | None
    chain: ChainState = field(default_factory=ChainState)
    units: Mapping[Unit, UnitState] = field(default_factory=dict)
    #: By the position of the corrected entry: what counts in place of what was recorded.
    corrected: Mapping[int, Sequence[ValueCorrected]] = field(default_factory=dict)
    #: What the house may know and the inspection that reads does not: these also name things of another therapy.
    withheld: Sequence[records.Act] = ()
    _told: dict[str, list[Told]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def coi(self) -> str:
        """The chain of identity as people read it; empty before the order, or when it is not for this reader."""
        return self.journey.chain.partition(":")[2] if self.sees_chain else ""

    @property
    def product(self) -> str:
        """The therapy's name."""
        return self.programme.product_name if self.programme is not None else ""

    def told(self, *types: str) -> Iterator[Told]:
        """The facts of these types that this reader may know, oldest first, with values as they count now."""
        if not self._told:
            self._told[""] = list(self._facts())
            for one in self._told[""]:
                self._told.setdefault(one.type, []).append(one)
        if len(types) == 1:
            return iter(self._told.get(types[0], ()))
        return (one for one in self._told[""] if not types or one.type in types)

    def _facts(self) -> Iterator[Told]:
        for position in sorted(self.entries):
            entry = self.entries[position]
            if entry.outcome != "refused":
                for fact in entry.plain["intent"]["facts"]:
                    yield Told(fact["type"], self._as_it_counts(position, fact), entry)

    def _as_it_counts(self, position: int, fact: Mapping[str, Any]) -> Mapping[str, Any]:
        about_it = [c for c in self.corrected.get(position, ()) if c.fact == fact["type"]]
        return as_it_counts(fact["body"], about_it) if about_it else fact["body"]

    def last(self, *types: str) -> Told | None:
        """The newest of these facts."""
        return max(self.told(*types), key=lambda t: t.entry.position, default=None)

    def units_of(self, kind: str) -> list[Unit]:
        """Units of one kind that still exist, oldest first."""
        return [u for u in self.chain.units_of_kind(kind) if u in self.units and not self.units[u].ended]


def story_of(root: str, actor: Actor) -> Story:
    """The therapy with this root; `NotFound` when it is not there or not to be told."""
    service = running.service()
    with reader().connection() as connection:
        journey = records.journey(connection, service.ledger_id, root, str(actor.organisation))
        if journey is None:
            raise NotFound("this therapy is not known here")
        acts = records.acts(connection, service.ledger_id, root)
        steps = records.next_steps(connection, service.ledger_id, root)
    # What the pages of a therapy go on to ask is how the things stand that its acts were about.
    reader().look_ahead({s for a in acts for text in a.subjects if not isinstance(s := parse_subject(text), Person)})
    all_entries = entries_at([a.position for a in acts])
    entries = {e.position: e for e in visible_entries(all_entries, actor.organisation)}
    patient = Patient(journey.patient)
    subjects = {patient, Chain(journey.chain)} if journey.chain else {patient}
    seen = visible(subjects, actor.organisation)
    chain, units = _chain(journey, actor.organisation, told=Chain(journey.chain) in seen)
    return Story(
        journey=journey,
        actor=actor,
        programme=programme_of(journey),
        acts=[a for a in acts if a.position in entries],
        entries=entries,
        steps=steps,
        sees_chain=Chain(journey.chain) in seen,
        sees_patient=patient in seen,
        identity=identities_of([patient], actor).get(patient) if patient in seen else None,
        chain=chain,
        units=units,
        corrected=corrected_in(entries.values()),
        withheld=_withheld(acts, [e for e in all_entries if e.position not in entries], actor.organisation),
    )


def _withheld(
    acts: Sequence[records.Act], unseen: Sequence[Entry], organisation: Organisation
) -> Sequence[records.Act]:
    if scope.within() is None:
        return ()
    positions = {e.position for e in open_to_the_house(unseen, organisation)}
    return [act for act in acts if act.position in positions]


def _chain(journey: Journey, organisation: Organisation, *, told: bool) -> tuple[ChainState, dict[Unit, UnitState]]:
    """What the chain binds together, and its units as far as this organisation may know them."""
    if not journey.chain:
        return ChainState(), {}
    state = reader().state(CHAIN, Chain(journey.chain))
    seen = visible((u.unit for u in state.units), organisation)
    known = [u.unit for u in state.units if u.unit in seen]  # oldest first, as the chain lists them
    return (state if told else ChainState()), states_of(UNIT, known)


def programme_of(journey: Journey) -> ProgrammeVersion | None:
    """The version a therapy is pinned to; before the order the newest of the drafted programme, or the only one."""
    programmes, pinned = running.service().programmes, Digest(journey.version)
    if programmes.known(pinned):
        return programmes.version(pinned)
    fitting = [v for v in programmes.all() if journey.programme in ("", v.programme)]
    return fitting[-1] if fitting else None


def names_of_organisations() -> dict[Organisation, OrganisationState]:
    """Every organisation by its name and kind; there are few, and they are public."""
    return every(ORGANISATION, Organisation)


def place_words(organisation: str, known: Mapping[Organisation, OrganisationState]) -> str:
    """What an organisation of this list is called; its identifier where it was not registered."""
    state = known.get(Organisation(organisation))
    return state.name if state is not None and state.name else organisation.partition(":")[2]


def name_of(organisation: str) -> str:
    """What one organisation is called."""
    return place_words(organisation, states_of(ORGANISATION, [Organisation(organisation)]))


def zone_of(organisation: Organisation) -> str:
    """The time zone in which an organisation reads its clocks; UTC when it has none or several."""
    zones = {state.zone for state in every(SITE, Site).values() if state.organisation == organisation}
    return zones.pop() if len(zones) == 1 else "UTC"
