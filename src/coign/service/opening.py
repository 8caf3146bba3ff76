"""What of the vault goes into a pack: what its receiver may see at the installation, with the salts that prove it.

Texts are opened for the roles that take packs and exports away from pages, names for those that meet patients, out of
entries about the therapy itself that the receiver may read. What was erased is not there to be opened (TRC-26, CSV-42).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Set
from typing import Any

from coign import catalogue
from coign.kernel.values import FreeText
from coign.service.vaulting import OpenVault
from coign.vault.sealing import Opened
from coign_verify.opening import committed_in

#: Who hands therapies to others: quality, and those who look at its work.
TAKES_PACKS = frozenset({"qa", "qp", "quality-us", "regulatory", "inspector"})
#: Domains in which people stand before the patient.
_AT_THE_PATIENT = frozenset({"clinical", "collection", "infusion"})
#: Facts that say who a patient is, and where in them.
TELLS = ("clinical.patient_enrolled.v1", "clinical.identity_corrected.v1")
NAMED_BY = ("family_name", "given_name", "birth_date", "hospital_number")

Opens = Callable[[Collection[str]], Mapping[str, Opened]]
"""What the vault holds behind commitments, by commitment; what was erased is missing."""


def stands_before_patients(role: str) -> bool:
    """Whether people of this role meet patients, so that they must know who they are."""
    return any(role in a.roles for a in catalogue.ACTIONS.values() if a.domain in _AT_THE_PATIENT)


def opened_from(vault: OpenVault, commitments: Collection[str]) -> dict[str, Opened]:
    """What an installation's vault holds behind these."""
    with vault.pool.connection() as connection:
        found = vault.vault.open(connection, [bytes.fromhex(c) for c in commitments])
    return {commitment.hex(): value for commitment, value in found.items()}


def identities_in(facts: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    """By patient, the newest commitment to each part of who they are, of facts in their order."""
    found: dict[str, dict[str, str]] = {}
    for fact in facts:
        if fact["type"] in TELLS:
            told = ((name, fact["body"].get(name)) for name in NAMED_BY)
            found.setdefault(fact["body"]["patient"], {}).update({n: value["commitment"] for n, value in told if value})
    return found


def openings(
    own: Mapping[int, Mapping[str, Any]], hidden: Set[int], opens: Opens, *, texts: bool, patients: Collection[str]
) -> list[dict[str, str]]:
    """As they stand in a pack. `own`: the entries about the therapy, in order; nothing is opened of those in `hidden`.

    `texts`: whether what people wrote in their own words is opened; `patients`: those whose names are.
    """
    known = identities_in(fact for each in own.values() for fact in each["intent"]["facts"])
    names = {commitment for patient in patients for commitment in known.get(patient, {}).values()}
    readable = set[str]().union(*(committed_in(each["intent"]) for at, each in own.items() if at not in hidden))
    asked = readable if texts else readable & names
    return [
        {"field": opened.field, "salt": opened.salt.hex(), "value": opened.value}
        for commitment, opened in (opens(asked) if asked else {}).items()
        if commitment in names or opened.retention_class == FreeText.retention_class
    ]
