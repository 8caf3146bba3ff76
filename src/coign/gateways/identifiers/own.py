"""Coign's own identifiers, `kind:identifier`: neutral, so that nobody's name is in them."""

from coign.gateways.identifiers.reading import Problem, Reading
from coign.kernel.subjects import KINDS, parse_subject


def looks_like_one(text: str) -> bool:
    """Whether it begins with a kind of subject."""
    return text.partition(":")[0] in KINDS and ":" in text


def read(text: str) -> Reading:
    """Any kind of subject that the record speaks of."""
    kind, _, identifier = text.partition(":")
    try:
        subject = parse_subject(text)
    except ValueError as error:
        at = len(kind) + 1 if kind in KINDS else 0
        return Reading("coign", kind if kind in KINDS else "", problems=(Problem(at, "coign.shape", str(error)),))
    return Reading("coign", kind, str(subject), {"kind": kind, "identifier": identifier})
