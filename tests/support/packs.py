"""A record of eleven entries, made here, and packs of the one therapy in it."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from coign_verify.account import account
from coign_verify.checkpoint import Checkpoint
from coign_verify.growing import inclusion_proof, map_root, tree_root
from coign_verify.heads import Leaf, key_of, node_hash
from coign_verify.heads import leaf_hash as heads_leaf
from coign_verify.intent import intent_hash, read_commitment
from coign_verify.jcs import canonical
from coign_verify.keys import Algorithm
from coign_verify.log_keys import SUBJECT
from coign_verify.opening import fits, openings_bytes
from coign_verify.pack import ACCOUNT, CHECKPOINT, CONTENTS, ENTRIES, MANIFEST, OPENINGS, PAPER, Manifest, beside
from coign_verify.pack_making import contents_bytes, pack
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import HASH_BYTES, leaf_hash

ORIGIN, CHAIN, PATIENT, UNIT = "coign.example/1", "chain:C1", "patient:P1", "unit:U1"
OTHERS, LOT, ANA, SETUP, THIS = "unit:OTHER", "lot:L1", "person:ana", "person:setup", "ledger:this"
KEY = SignerKey(ORIGIN, Algorithm.ED25519, bytes(range(32)))
WITNESS = SignerKey("witness.example/w", Algorithm.ED25519_COSIGNATURE, bytes(range(1, 33)))
DOCUMENT = "d0" * 32
_SIGNS = Ed25519PrivateKey.from_private_bytes(bytes(32))
_SALT = "5a" * 16

#: What was written about the therapy, as the vault holds it: the finding in entry 6, the reason of entry 5.
FINDING = {"field": "custody.begin.finding", "salt": "5b" * 32, "value": "“Cold” & dry,\n<intact> 🩸"}
REASON = {"field": "collection.finish.v1.reason", "salt": "5c" * 32, "value": "a second vein was needed"}

Facts = Sequence[tuple[str, dict[str, Any]]]


class Record:
    """Entries as they are appended: counted by subject, each with the place of the one before."""

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin, self.bodies = origin, list[bytes]()
        self.last: dict[str, tuple[int, int]] = {}

    def add(
        self, action: str, facts: Facts, about: Sequence[str], *, refs: Sequence[str] = (), signed: bool = False,
        read: Sequence[Mapping[str, Any]] = (), outcome: str = "done", by: str = ANA, role: str = "nurse",
        reason: str = "", terms: Mapping[str, Any] | None = None,
    ) -> None:  # fmt: skip
        """Append one. `terms`: what held in the house when it was decided; None: it does not say."""
        position = len(self.bodies)
        actor = {"organisation": "organisation:h", "person": by, "role": role, "station": ""}
        intent = {
            "action": action, "actor": actor,
            "command": {}, "facts": [{"type": kind, "body": body} for kind, body in facts], "ledger": self.origin,
            "meaning": "performed" if signed else None, "nonce": str(position), "reason": reason,
        } | ({} if terms is None else {"basis": {"terms": sha256(canonical(terms)).hexdigest()}})  # fmt: skip
        counted = []
        for subject in about:
            seq, prev = self.last.get(subject, (0, None))
            counted.append({"prev": prev, "seq": seq + 1, "subject": subject})
            self.last[subject] = (seq + 1, position)
        value = _SIGNS.sign(intent_hash(canonical(intent))).hex()
        entry = {
            "about": counted, "intent": intent, "ledger": self.origin, "outcome": outcome, "position": position,
            "read": list(read), "refs": list(refs), "salt": _SALT, "time": f"2026-05-01T10:00:{position:02}.000000Z",
            "signature": {"credential": "k1", "method": "ed25519", "value": value} if signed else None,
            "unmet": ["g"] if outcome == "refused" else [], "v": 1,
        }  # fmt: skip
        self.bodies.append(canonical(entry))

    def tiles(self, level: int, index: int, width: int) -> bytes:
        """The one tile there is."""
        assert (level, index) == (0, 0)
        return b"".join(leaf_hash(body) for body in self.bodies)[: width * HASH_BYTES]


def told() -> Record:
    """A therapy of one unit, with material of a lot, in a box where another patient's unit stood."""
    record = Record()
    by_ana = {"seq": 1, "subject": ANA}
    key = {
        "person": ANA,
        "credential": "k1",
        "method": "ed25519",
        "public_key": _SIGNS.public_key().public_bytes_raw().hex(),
    }
    record.add("installation.open.v1", [("ledger.opened.v1", {"demonstration": True})], [THIS], by=SETUP, role="setup")
    nurse = {"person": ANA, "role": "nurse", "organisation": "organisation:h"}
    record.add(
        "people.enrol.v1",
        [("people.authenticator_enrolled.v1", key), ("people.role_granted.v1", nurse)],
        [ANA],
        by=SETUP,
        role="setup",
    )
    record.add("supply.receive.v1", [("supply.lot_received.v1", {"lot": LOT})], [LOT])
    begun = {"chain": CHAIN, "patient": PATIENT}
    record.add("identity.order.v1", [("identity.chain_begun.v1", begun)], [CHAIN, PATIENT], signed=True, read=[by_ana])
    record.add("storage.place.v1", [("storage.placed.v1", {"unit": OTHERS, "box": "box:B"})], ["box:B"], refs=[OTHERS])
    made = {"chain": CHAIN, "unit": UNIT, "certificate": DOCUMENT, "name": {"commitment": "c0" * 32}}
    read = [by_ana, {"seq": 1, "subject": LOT}, {"seq": 0, "subject": "curriculum:house"}]
    created = [("identity.unit_created.v1", made)]
    record.add("collection.finish.v1", created, [UNIT, CHAIN], read=read, signed=True, reason=fits(REASON))
    hidden = [
        {"commitment": read_commitment(bytes.fromhex(_SALT), each).hex(), "seq": 1}
        for each in ("box:B", LOT, "unit:NONE")
    ]
    held = {"unit": UNIT, "person": ANA, "holder": "organisation:h", "finding": {"commitment": fits(FINDING)}}
    record.add("custody.begin.v1", [("custody.began.v1", held)], [UNIT], read=hidden)
    record.add("custody.hand_over.v1", [], [], refs=[UNIT], outcome="refused")
    root = map_root(sorted(_leaves(record)))
    heads = {"root": root.hex(), "size": 8, "subjects": len(record.last)}
    record.add("installation.enter_heads.v1", [("ledger.heads.v1", heads)], [THIS])
    record.add("custody.end.v1", [("custody.ended.v1", {"unit": UNIT})], [UNIT])
    record.add("supply.receive.v1", [("supply.lot_received.v1", {"lot": "lot:L2"})], ["lot:L2"])
    return record


def with_change(*statements: str) -> Record:
    """The same record, and then changes of its log's key by two administrators."""
    record = told()
    for statement in statements:
        for kind, by, of in (("proposed", "person", "admin-1"), ("changed", "proposed_by", "admin-2")):
            body = {"log_key": SUBJECT, by: "person:admin-1", "statement": statement}
            who = f"person:{of}"
            facts = [(f"ledger.log_key_{kind}.v1", body)]
            record.add(f"installation.{kind}_log_key.v1", facts, [SUBJECT], by=who, role="admin")
    return record


def rules(days: int) -> dict[str, Any]:
    """What holds in a house: a supplier is found fit for so long at most."""
    durations = {"supply.supplier_valid_max": [["2020-01-01", str(days * 86_400)]]}
    return {"counts": {}, "durations_s": durations, "jurisdictions": {}}


def suppliers(*days: int, record: Record | None = None) -> tuple[Record, list[dict[str, Any]]]:
    """The same record, and suppliers that are found fit for some ten days; what held in the house each time."""
    record, held = told() if record is None else record, [rules(each) for each in days]
    for number, terms in enumerate(held):
        fit = {"supplier": f"organisation:s{number}", "until": "2026-05-11T10:00:00.000000Z"}
        record.add("supply.qualify.v1", [("supply.supplier_qualified.v1", fit)], [fit["supplier"]], terms=terms)
    return record, held


def _leaves(record: Record) -> list[Leaf]:
    return [Leaf(key_of(subject), *last) for subject, last in record.last.items()]


def way(leaves: Sequence[Leaf], key: bytes, depth: int = 0) -> list[bytes]:
    """The hashes beside a key's place in the map of these leaves."""
    if len(leaves) == 1:
        return []
    halves: tuple[list[Leaf], list[Leaf]] = ([], [])
    for leaf in leaves:
        halves[_bit(leaf.key, depth)].append(leaf)
    own = _bit(key, depth)
    return [*way(halves[own], key, depth + 1), _half(halves[1 - own], depth + 1)]


def _half(leaves: Sequence[Leaf], depth: int) -> bytes:
    if len(leaves) < 2:
        return heads_leaf(leaves[0]) if leaves else bytes(32)
    halves = [[leaf for leaf in leaves if _bit(leaf.key, depth) == side] for side in (0, 1)]
    return node_hash(_half(halves[0], depth + 1), _half(halves[1], depth + 1))


def _bit(key: bytes, depth: int) -> int:
    return key[depth // 8] >> (7 - depth % 8) & 1


def packed(
    record: Record | None = None, *, size: int = 10, key: SignerKey = KEY, withheld: Sequence[int] = (4,),
    shown: Mapping[int, bytes] | None = None, cosigned: Sequence[SignerKey] = (), below: str = "",
    opened: Sequence[Mapping[str, str]] = (), openings: bytes | None = None,
    **contents: Any,
) -> bytes:  # fmt: skip
    """A pack of the therapy, over the first `size` entries; what is given besides replaces what it would hold.

    `below`: further lines below its checkpoint. `opened`: what of the vault is opened; `openings`: its bytes instead.
    """
    record = told() if record is None else record
    bodies = {at: record.bodies[at] for at in range(size)}
    shown = {at: body for at, body in bodies.items() if at not in withheld} if shown is None else shown
    covered = Record()
    for body in record.bodies[:8]:
        _count(covered, body)
    leaves = sorted(_leaves(covered))
    proofs = {subject: [each.hex() for each in way(leaves, key_of(subject))] for subject in (CHAIN, PATIENT, UNIT)}
    last = {subject: covered.last.get(subject, (0, None)) for subject in proofs}
    subjects = [{"subject": s, "seq": last[s][0], "position": last[s][1], "proof": p} for s, p in proofs.items()]
    given = {
        "redacted": "", "leaves": {at: leaf_hash(body) for at, body in bodies.items()}, "withheld": withheld,
        "nodes": _nodes(record, bodies, size), "heads": 8, "subjects": subjects, "documents": [(5, DOCUMENT)],
    } | contents  # fmt: skip
    text = Checkpoint(record.origin, size, tree_root(size, record.tiles)).text()
    note = build_note(text, [sign_note(text, key), *(sign_note(text, each, time_s=1_780_000_000) for each in cosigned)])
    files = {
        CHECKPOINT: note + below.encode(), CONTENTS: contents_bytes(**given),
        ENTRIES: b"".join(body + b"\n" for body in shown.values()),
        OPENINGS: openings_bytes(opened) if openings is None else openings,
        ACCOUNT: page(shown, given, record.origin, size, opened), PAPER: b"%PDF-1.7 as the log signed it",
    }  # fmt: skip
    text = Manifest.of(key.verifier().text, CHAIN, files).text()
    return pack({**files, MANIFEST: build_note(text, [sign_note(text, key)])})


def page(
    shown: Mapping[int, bytes], given: Mapping[str, Any], origin: str, size: int, opened: Sequence[Mapping[str, str]]
) -> bytes:
    """The account of these entries, as far as they can be read."""
    import json

    return account(
        origin=origin, chain=CHAIN, size=size, redacted=given["redacted"], withheld=len(given["withheld"]),
        subjects=[each["subject"] for each in given["subjects"]], entries=[json.loads(body) for body in shown.values()],
        opened={fits(each): each["value"] for each in opened},
    )  # fmt: skip


def _count(record: Record, body: bytes) -> None:
    import json

    entry = json.loads(body)
    for each in entry["about"]:
        record.last[each["subject"]] = (each["seq"], entry["position"])


def _nodes(record: Record, positions: Mapping[int, bytes], size: int) -> dict[tuple[int, int], bytes]:
    return {
        node: found
        for at in positions
        for node, found in zip(beside(at, size), inclusion_proof(at, size, record.tiles), strict=True)
    }
