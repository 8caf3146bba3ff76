"""Which roles one person must not hold together (EU GMP Part IV 3.4, 12.1; 21 CFR 211.22; CSV-06, CSV-24, GMP-02)."""

from coign.people.events import Role

ADMINISTRATOR: Role = "admin"
INSPECTOR: Role = "inspector"
#: Administrators do nothing regulated.
ADMINISTRATION = frozenset({ADMINISTRATOR})
#: Who makes does not judge.
PRODUCTION = frozenset({"operator"})
QUALITY = frozenset({"qa", "qp", "quality-us", "qcreviewer"})


def must_be_apart(one: str, other: str) -> bool:
    """Whether nobody may hold both."""
    if one == other:
        return False
    if one in ADMINISTRATION or other in ADMINISTRATION:
        return True
    return (one in PRODUCTION and other in QUALITY) or (one in QUALITY and other in PRODUCTION)
