"""The gates of regulatory: two persons, one file that is here; a legal basis that fits the stage."""

from collections.abc import Mapping
from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Programme
from coign.kernel.values import Digest
from coign.regulatory.events import LegalBasis, Stage
from coign.regulatory.views import PROGRAMME

#: On which legal bases a product of each stage can be given.
FITTING: Mapping[Stage, frozenset[LegalBasis]] = {
    "preclinical": frozenset({"none"}),
    "phase_1": frozenset({"trial", "expanded_access", "hospital_exemption", "named_patient"}),
    "phase_2": frozenset({"trial", "expanded_access", "hospital_exemption", "named_patient"}),
    "phase_3": frozenset({"trial", "expanded_access", "hospital_exemption", "named_patient"}),
    "authorised": frozenset({"marketing_authorisation"}),
}


class OfVersion(Protocol):
    """A command that concerns one version of one programme."""

    @property
    def programme(self) -> Programme: ...

    @property
    def version(self) -> Digest: ...


class OfBasis(Protocol):
    """A command that says on which basis a product is given."""

    @property
    def stage(self) -> Stage: ...

    @property
    def basis(self) -> LegalBasis: ...


@gate(
    "regulatory.version_is_here",
    requirement=("GMP-06", "CSV-11"),
    protects="What is in force must be readable: rules cannot be asked of a file that nobody has.",
    remedy="Install the programme file, check it with `coign programme check`, and give the hash of that file.",
    resolvers=("regulatory", "admin"),
    risk=Risk.PATIENT,
)
def version_is_here(asked: OfVersion, known: Circumstances) -> str | None:
    if not known.programmes.known(asked.version):
        return f"no file of {asked.programme.identifier} with the hash {asked.version[:12]}… is here"
    found = known.programmes.version(asked.version).programme
    if found != asked.programme:
        return f"the file {asked.version[:12]}… defines {found.identifier}, not {asked.programme.identifier}"
    return None


@gate(
    "regulatory.version_is_news",
    requirement="GMP-06",
    protects="What is in force already needs no second decision that could be mistaken for another.",
    remedy="Look at the programme: this version is in force.",
    resolvers=("regulatory",),
    risk=Risk.DATA,
)
def version_is_news(asked: OfVersion, known: Circumstances) -> str | None:
    state = known.state(PROGRAMME, asked.programme)
    return f"version {asked.version[:12]}… is in force since {state.since}" if state.in_force == asked.version else None


@gate(
    "regulatory.version_is_proposed",
    requirement=("GMP-06", "GMP-27"),
    protects="Two people read the same file: the second approves exactly what the first proposed.",
    remedy="Let regulatory affairs propose this version first.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def version_is_proposed(asked: OfVersion, known: Circumstances) -> str | None:
    proposed = known.state(PROGRAMME, asked.programme).proposed
    if proposed == asked.version:
        return None
    return f"proposed is {f'{proposed[:12]}…' if proposed else 'nothing'}, not {asked.version[:12]}…"


@gate(
    "regulatory.approved_by_another",
    requirement="GMP-06",
    protects="Nobody changes alone how a therapy is made: one prepares, another checks.",
    remedy="Let somebody else of the quality unit read the file and approve it.",
    resolvers=("qa", "qp"),
    risk=Risk.PATIENT,
)
def approved_by_another(asked: OfVersion, known: Circumstances) -> str | None:
    if known.state(PROGRAMME, asked.programme).proposed_by == known.actor.person:
        return "you proposed this version yourself"
    return None


@gate(
    "regulatory.basis_fits_stage",
    requirement=("REG-01", "REG-02"),
    protects="The legal clocks and who may receive the product follow from both: they must not contradict each other.",
    remedy="Give the legal basis that goes with the stage, or correct the stage.",
    resolvers=("regulatory",),
    risk=Risk.PATIENT,
)
def basis_fits_stage(asked: OfBasis, known: Circumstances) -> str | None:
    if asked.basis in FITTING[asked.stage]:
        return None
    words = ", ".join(sorted(FITTING[asked.stage])).replace("_", " ")
    return f"a product in {asked.stage.replace('_', ' ')} is given on the basis of {words}, not of {asked.basis}"
