"""Conformance with RFC 6962 and RFC 9162: proofs of inclusion and of consistency, and known hash values."""

import json
from typing import Any

from coign.conformance.expectation import ACCEPTED, REFUSED, answer, expected_answer
from coign.conformance.manifest import Folder, Row
from coign.conformance.report import Tally
from coign_verify.consistency import verify_consistency
from coign_verify.encoding import decode_base64
from coign_verify.growing import Frontier
from coign_verify.tree import leaf_hash, node_hash, verify_inclusion


def run(folder: Folder, tally: Tally) -> None:
    proofs = {"inclusion": _inclusion_holds, "consistency": _consistency_holds}
    for row in folder.rows:
        with tally.reading(row):
            if row.folder in proofs:
                case = json.loads(folder.read(row))
                stated = {True: REFUSED, False: ACCEPTED}[case["wantErr"]]
                expected = expected_answer(row.expect, stated)
                name = case.get("desc") or row.path.stem
                tally.case(row, name, expected=expected, got=answer(proofs[row.folder](case)))
            elif row.expect == "exact":
                for known in json.loads(folder.read(row))["cases"]:
                    _known_hash(tally, row, known)


def _inclusion_holds(case: dict[str, Any]) -> bool:
    try:
        leaf, root, proof = decode_base64(case["leafHash"] or ""), decode_base64(case["root"] or ""), _proof(case)
    except ValueError:  # a hash that is no base64 proves nothing
        return False
    return verify_inclusion(case["leafIdx"], case["treeSize"], leaf, proof, root)


def _consistency_holds(case: dict[str, Any]) -> bool:
    try:
        old, new, proof = decode_base64(case["root1"] or ""), decode_base64(case["root2"] or ""), _proof(case)
    except ValueError:
        return False
    return verify_consistency(case["size1"], case["size2"], old, new, proof)


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [decode_base64(each) for each in case["proof"] or ()]


def _known_hash(tally: Tally, row: Row, known: dict[str, Any]) -> None:
    if "leaf_hex" in known:
        got = leaf_hash(bytes.fromhex(known["leaf_hex"]))
    elif "left_hex" in known and "right_hex" in known:
        got = node_hash(bytes.fromhex(known["left_hex"]), bytes.fromhex(known["right_hex"]))
    elif known.get("preimage_hex") == "":
        got = Frontier().root()
    else:
        tally.skip(row, f"{known.get('what')}: neither a leaf, a node nor the empty tree")
        return
    tally.case(row, known["what"], expected=known["sha256"], got=got.hex())
