"""The gates of inspections: what is looked into is said, and is there."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Chain, Product, Site


class OfScope(Protocol):
    """A command that says what is looked into."""

    @property
    def therapies(self) -> tuple[Chain, ...]: ...
    @property
    def products(self) -> tuple[Product, ...]: ...
    @property
    def sites(self) -> tuple[Site, ...]: ...


@gate(
    "people.scope_is_given",
    requirement=("REG-10", "CSV-24"),
    protects="An inspection is shown what it is about, and no other patient's therapy.",
    remedy="Name therapies, products or sites; whoever shall see all of the house is given the role without a scope.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def scope_is_given(asked: OfScope, known: Circumstances) -> str | None:
    if asked.therapies or asked.products or asked.sites:
        return None
    return "nothing is named that is looked into"


@gate(
    "people.scope_is_known",
    requirement=("REG-10", "CSV-24"),
    protects="A scope that names what is not there shows nothing, which is noticed when the inspector stands there.",
    remedy="Name products on which an authority or a trial decided, and sites that are registered.",
    resolvers=("admin",),
    risk=Risk.DATA,
)
def scope_is_known(asked: OfScope, known: Circumstances) -> str | None:
    unknown = [subject.identifier for subject in (*asked.products, *asked.sites) if not known.exists(subject)]
    return f"{', '.join(unknown)} is not known here" if unknown else None
