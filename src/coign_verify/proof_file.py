"""One entry with its proof, as a C2SP tlog-proof file: the form that other tools of transparency logs read as well.

The line `extra` holds the entry's own bytes. The form does not protect that line; its hash is what the proof is of.
"""

from collections.abc import Sequence

from coign_verify.checkpoint import Checkpoint, open_checkpoint
from coign_verify.encoding import decode_base64, encode_base64
from coign_verify.findings import UNSEEN, Findings
from coign_verify.jcs import JsonError, loads_strict
from coign_verify.notes import parse_note
from coign_verify.tree import leaf_hash, verify_inclusion
from coign_verify.trust import Trust

KIND = "c2sp.org/tlog-proof@v1"


def proof_file(position: int, body: bytes, proof: Sequence[bytes], note: bytes) -> bytes:
    """The bytes of one."""
    lines = [KIND, f"extra {encode_base64(body)}", f"index {position}", *map(encode_base64, proof)]
    return "".join(f"{line}\n" for line in lines).encode("ascii") + b"\n" + note


def is_proof_file(data: bytes) -> bool:
    """Whether somebody may have meant one by it."""
    return data.startswith(KIND.encode())


def verify_proof_file(data: bytes, trust: Trust) -> Findings:
    """Whether the entry in it stands in a record that a trusted log signed for."""
    found = Findings(what="entry")
    unmatched = ""
    try:
        unmatched = _check(data, trust, found)
    except (ValueError, OverflowError) as error:
        found.say(None, "container", str(error))
    return found.settle(trusted=not unmatched)


def _check(data: bytes, trust: Trust, found: Findings) -> str:
    head, _, note = data.partition(b"\n\n")
    _, extra, index, *hashes = head.decode("ascii").split("\n")
    body, position = decode_base64(extra.removeprefix("extra ")), int(index.removeprefix("index "))
    proof = [decode_base64(line) for line in hashes]
    if proof_file(position, body, proof, note) != data:
        raise ValueError("it is not written as a proof of an entry is")
    signed = Checkpoint.parse(parse_note(note).text)
    found.ledger, found.checkpoint = signed.origin, {"size": signed.size, "root": signed.root.hex()}
    unmatched = _signed(note, signed, trust, found)
    if not verify_inclusion(position, signed.size, leaf_hash(body), proof, signed.root):
        found.say(position, "changed", "its bytes do not lead to the root")
        return unmatched
    found.entries = 1
    try:
        entry = loads_strict(body)
        if (entry["position"], entry["ledger"]) != (position, signed.origin):
            found.say(position, "invariant", "it names another place than the one where it stands")
    except (JsonError, KeyError, TypeError):
        found.say(position, "invariant", "what stands there is no entry")
    found.proved = [f"entry {position} stands unchanged at its place in {signed.origin}, of {signed.size} entries"]
    found.not_proved = [
        *([unmatched] if unmatched else []),
        "that what was recorded is true: only that it was recorded so",
        "signatures in it: the keys that check them are in other entries, and in a pack",
        *parse_note(note).stamped,
    ]
    return unmatched


def _signed(note: bytes, signed: Checkpoint, trust: Trust, found: Findings) -> str:
    """Why no signature that is trusted stands for it; "" where one does."""
    if not any(key.name == signed.origin for key in trust.logs):
        return f"who made it: no key of {signed.origin} is trusted"
    try:
        opened = open_checkpoint(note, log_keys=trust.logs, witness_keys=trust.witnesses)
    except ValueError as error:
        found.say(None, "signature", str(error))
        return ""
    found.seen_by((each.key.name, each.time_s) for each in opened.witnesses)
    if not trust.is_enough({each.key for each in opened.witnesses}):
        return f"{UNSEEN}: {len(opened.witnesses)} trusted witnesses are not the quorum"
    return ""
