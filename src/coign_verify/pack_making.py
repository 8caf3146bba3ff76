"""Making a pack: its contents as they are written, and the one file of all its parts."""

from collections.abc import Mapping, Sequence
from typing import Any

from coign_verify.archive import archive
from coign_verify.jcs import canonical
from coign_verify.pack import FILES, Node


def pack(files: Mapping[str, bytes]) -> bytes:
    """The bytes of a pack with these files."""
    return archive([(name, files[name]) for name in FILES])


def contents_bytes(
    *,
    redacted: str,
    leaves: Mapping[int, bytes],
    withheld: Sequence[int],
    nodes: Mapping[Node, bytes],
    heads: int | None,
    subjects: Sequence[Mapping[str, Any]],
    documents: Sequence[tuple[int, str]],
    terms: Sequence[Mapping[str, Any]] = (),
) -> bytes:
    """`contents.json`. `leaves`: of all entries, `withheld` says which are not there. `heads`: the entry with the map.

    `subjects`: what the therapy consists of: name, `seq` and `position` as the map says, `proof`; or 0, None and none
    where it began after the map. `terms`: what therapies and houses are held to, as entries name it by its hash.
    """
    return canonical(
        {
            "documents": [list(each) for each in sorted(documents)],
            "heads": heads,
            "leaves": [[at, leaf.hex()] for at, leaf in sorted(leaves.items())],
            "nodes": [[start, end, node.hex()] for (start, end), node in sorted(nodes.items())],
            "redacted": redacted,
            "subjects": list(subjects),
            "terms": list(terms),
            "withheld": sorted(withheld),
        }
    )
