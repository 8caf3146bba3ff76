"""Lists to choose from, by the name that a command's field gives (`asks(..., options="organisations")`).

A domain whose actions need a further list registers a function here: it gets who chooses and gives (value, label).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from coign import rulesets
from coign.kernel.subjects import Organisation
from coign.kernel.values import Actor
from coign.kernel.views import View
from coign.people.views import AUTHORITY, ORGANISATION, SITE
from coign.regulatory.authorisation_gates import RELEASERS
from coign.safety.grading.laboratory import terms as laboratory_terms
from coign.training.courses.model import Library
from coign.web import running
from coign.web.oversight import sight
from coign.web.reading import reader
from coign.web.therapy.units import unit_words

Choices = list[tuple[str, str]]
LISTS: dict[str, Callable[[Actor], Choices]] = {}


def choices(name: str) -> Callable[[Callable[[Actor], Choices]], Callable[[Actor], Choices]]:
    """Register the function that gives this list."""

    def register(function: Callable[[Actor], Choices]) -> Callable[[Actor], Choices]:
        assert name not in LISTS, name
        LISTS[name] = function
        return function

    return register


def choices_for(name: str, actor: Actor) -> Choices | None:
    """The list of this name for this actor; None: nobody offers it here."""
    function = LISTS.get(name)
    return None if function is None else function(actor)


def _every(view: View[Any], label: Callable[[Any], str]) -> Choices:
    return [
        (str(subject), f"{label(state)} ({subject.identifier})" if label(state) else subject.identifier)
        for subject, state in reader().states(view)
    ]


@choices("organisations")
def organisations(actor: Actor) -> Choices:
    """Every organisation that takes part."""
    return _every(ORGANISATION, lambda state: str(state.name))


@choices("sites")
def sites(actor: Actor) -> Choices:
    """The places of every organisation."""
    return _every(SITE, lambda state: str(state.name))


@choices("people")
def people(actor: Actor) -> Choices:
    """Everybody who is active; names are in the vault, so identifiers are shown."""
    return [(str(s), s.identifier) for s, state in reader().states(AUTHORITY) if state.active]


@choices("proposed_authenticators")
def proposed_authenticators(actor: Actor) -> Choices:
    """Authenticators that wait for a second administrator."""
    return [
        (state.proposal.credential, f"{state.proposal.credential}, {s.identifier}")
        for s, state in reader().states(AUTHORITY)
        if state.proposal is not None
    ]


@choices("authenticators")
def authenticators(actor: Actor) -> Choices:
    """Authenticators that sign now."""
    return [(c.id, f"{c.id}, {s.identifier}") for s, state in reader().states(AUTHORITY) for c in state.credentials]


@choices("own_sites")
def own_sites(actor: Actor) -> Choices:
    """The places of the actor's organisation."""
    return _sites_of(actor.organisation)


def _sites_of(organisation: Organisation) -> Choices:
    return [(str(s), str(state.name)) for s, state in reader().states(SITE) if state.organisation == organisation]


def own_site(organisation: Organisation) -> str | None:
    """The only place of an organisation; None when it has several or none."""
    found = _sites_of(organisation)
    return found[0][0] if len(found) == 1 else None


@choices("physicians")
def physicians(actor: Actor) -> Choices:
    """Physicians of the actor's organisation."""
    return [
        (str(s), s.identifier)
        for s, state in reader().states(AUTHORITY)
        if state.active and any((g.role, g.organisation) == ("physician", actor.organisation) for g in state.grants)
    ]


@choices("makers")
def makers(actor: Actor) -> Choices:
    """Organisations that make therapies."""
    return [(str(s), str(state.name)) for s, state in reader().states(ORGANISATION) if state.category == "maker"]


@choices("couriers")
def couriers(actor: Actor) -> Choices:
    """Organisations that carry."""
    return [(str(s), str(state.name)) for s, state in reader().states(ORGANISATION) if state.category == "courier"]


# What programmes name


def _programmes() -> list[Any]:
    return list(running.service().programmes.all())


def _merged(tables: Iterable[Mapping[str, str]]) -> Choices:
    return sorted({value: label for table in tables for value, label in table.items()}.items())


@choices("programmes")
def programmes(actor: Actor) -> Choices:
    """The therapies of this installation."""
    return _merged({str(v.programme): v.title} for v in _programmes())


@choices("products")
def products(actor: Actor) -> Choices:
    """What the therapies of this installation give, and what the actor's house knows as applied for or authorised."""
    allowed = [{str(a.product): a.product.identifier.capitalize()} for a in sight.authorisations(actor)]
    asked = [{str(s.product): s.product.identifier.capitalize()} for _, s in sight.applications(actor) if s.product]
    return _merged([*asked, *allowed, *({str(v.product): v.product_name} for v in _programmes())])


@choices("ctcae_terms")
def ctcae_terms(actor: Actor) -> Choices:
    """What a laboratory value can be graded as, by the versions that programmes pin."""
    pinned = sorted({v.safety.ctcae for v in _programmes() if v.safety.ctcae})
    names = {term.replace("_", " ") for version in pinned for term in laboratory_terms(version, rulesets.load())}
    return [(name, name[:1].upper() + name[1:]) for name in sorted(names, key=str.lower)]


@choices("response_times")
def response_times(actor: Actor) -> Choices:
    """When programmes assess a response."""
    return _merged({t.id: t.label for t in v.safety.response.timepoints} for v in _programmes())


@choices("response_categories")
def response_categories(actor: Actor) -> Choices:
    """How programmes name a response."""
    return _merged(v.safety.response.categories for v in _programmes())


@choices("programme_versions")
def programme_versions(actor: Actor) -> Choices:
    """Their versions, by the hash of their file."""
    return _merged({v.digest: f"{v.title}, version {v.version}"} for v in _programmes())


@choices("tasks")
def tasks(actor: Actor) -> Choices:
    """Tasks that need a qualification."""
    library = running.service().programmes
    courses = library.courses.all() if isinstance(library, Library) else ()
    return _merged(v.tasks for v in (*courses, *_programmes()))


@choices("materials")
def materials(actor: Actor) -> Choices:
    """Materials that go into a product."""
    return _merged(v.materials for v in _programmes())


@choices("consent_purposes")
def consent_purposes(actor: Actor) -> Choices:
    """What consent is asked for."""
    return _merged({p: p.replace("_", " ").capitalize() for p in v.consent_purposes} for v in _programmes())


@choices("panel")
def panel(actor: Actor) -> Choices:
    """What a product is tested for before release."""
    return _merged({r.id: r.label for r in v.panel} for v in _programmes())


@choices("panel_units")
def panel_units(actor: Actor) -> Choices:
    """The units in which they are measured."""
    return _merged({r.unit: unit_words(r.unit) or r.unit for r in v.panel if r.unit} for v in _programmes())


# What authorities allow


@choices("authorisations")
def authorisations(actor: Actor) -> Choices:
    """Those that the actor's organisation holds or decides about."""
    return [(str(a.authorisation), f"{a.number}, {a.product.identifier}") for a in sight.authorisations(actor)]


@choices("applications")
def applications(actor: Actor) -> Choices:
    """Those that the actor's organisation made or was asked in."""
    return [(str(a), f"{state.title} ({a.identifier})") for a, state in sight.applications(actor)]


@choices("authorities")
def authorities(actor: Actor) -> Choices:
    """Organisations that decide."""
    return _of_category("authority")


@choices("centres")
def centres(actor: Actor) -> Choices:
    """Organisations that treat."""
    return _of_category("treatment_centre")


def _of_category(category: str) -> Choices:
    return [(str(s), str(state.name)) for s, state in reader().states(ORGANISATION) if state.category == category]


@choices("plants")
def plants(actor: Actor) -> Choices:
    """Places of organisations that make therapies."""
    makers = {name for name, _ in _of_category("maker")}
    return [(str(s), str(state.name)) for s, state in reader().states(SITE) if str(state.organisation) in makers]


@choices("releasers")
def releasers(actor: Actor) -> Choices:
    """People who may be named to release."""
    return [
        (str(s), s.identifier)
        for s, state in reader().states(AUTHORITY)
        if state.active and any(g.role in RELEASERS for g in state.grants)
    ]
