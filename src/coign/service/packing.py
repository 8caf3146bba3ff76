"""Puts a pack together: one therapy's entries, what their decisions rested on, and the proofs for an outsider."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from contextlib import closing, nullcontext
from functools import partial
from typing import Any, TypeVar

import orjson
import psycopg

from coign.database import Database, home
from coign.documents import Documents
from coign.gateways.paper import pdf_of
from coign.installation.events import LOG_KEY, LedgerHeads
from coign.kernel.errors import IntegrityFailure, NotFound, Unavailable
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Digest, Instant
from coign.ledger import checkpoints, heads
from coign.ledger.cosignatures import with_cosignatures
from coign.ledger.log_keys import KeysHere, keys_here, known_keys
from coign.ledger.shutting import snapshot
from coign.ledger.stamps import stamp_newest
from coign.ledger.store import connect, take_lease
from coign.ledger.tiles import Tiles
from coign.perform.assemble import folding
from coign.programmes.model import Programmes
from coign.programmes.terms import documents_of
from coign.records.trace import projected_to
from coign.regulatory.events import ProgrammeApproved
from coign.service.first_start import LEDGER_ID
from coign.service.heads import entered
from coign.service.house_rules import HouseRules
from coign.service.key_files import log_key_file
from coign.service.opening import Opens, opened_from, openings
from coign.service.pack_sight import Sight, named_in
from coign.service.reading import opened
from coign.service.stamped_files import stamp_policy
from coign.service.states import States
from coign.service.therapies import load
from coign.service.vaulting import open_vault
from coign.settings import Settings
from coign_verify.account import account
from coign_verify.checkpoint import Checkpoint
from coign_verify.heads import key_of, verify_present
from coign_verify.intent import read_commitment
from coign_verify.invariants import decided_by
from coign_verify.notes import parse_note
from coign_verify.opening import fits, openings_bytes
from coign_verify.pack import ACCOUNT, CHECKPOINT, CONTENTS, ENTRIES, MANIFEST, OPENINGS, PAPER, Manifest, beside
from coign_verify.pack_making import contents_bytes, pack
from coign_verify.proof_file import proof_file
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash

#: So long a server that runs beside may take to sign what was entered last.
SIGNED_WITHIN_S = 5.0
#: Things of one patient. An entry that names some of another therapy is withheld: it was only read for this one.
_OF_A_PATIENT = ("patient:", "donor:", "number:", "chain:", "unit:", "batch:", "shipment:", "case:")
_KEY_FACTS = ("people.", "ledger.log_key_")

Connection = psycopg.Connection[Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Packed:
    """A pack, and what is in it in numbers."""

    data: bytes
    size: int
    root: str
    entries: int
    withheld: int
    #: How many values of the vault are opened in it, and the patients whose names are among them.
    opened: int
    names: tuple[Patient, ...]

    def what(self, chain: str) -> str:
        """What somebody takes away with it, for the access ledger."""
        values = f", with {self.opened} values of the vault opened" if self.opened else ""
        return f"pack of {chain}{values}{', names among them' if self.names else ''}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A therapy of which a pack can be made."""

    chain: str
    programme: str
    stage: str
    entries: int


def therapies(connection: Connection, ledger_id: int) -> list[Listed]:
    """All that have an order, those infused first, then the oldest."""
    rows = connection.execute(
        "select j.chain, j.programme, j.stage, count(a.position) from records.journey j "
        "left join records.act a using (ledger_id, root) where j.ledger_id = %s and j.chain <> '' "
        "group by j.root, j.chain, j.programme, j.stage, j.infused, j.begun order by j.infused = '', j.begun, j.chain",
        (ledger_id,),
    ).fetchall()
    return [Listed(*row) for row in rows]


def sign_newest(connection: Connection, ledger_id: int, keys: KeysHere, now_us: int) -> None:
    """See to it that what is recorded is signed: by the server that runs beside, or here where none does.

    Where witnesses have signed before, the server is given time to show them the newest checkpoint too.
    """
    for _ in range(int(SIGNED_WITHIN_S / 0.2)):
        if take_lease(connection, checkpoints.LEASE, ledger_id):
            checkpoints.publish(connection, ledger_id, keys, now_us)
            return
        row = connection.execute(
            "select h.size = max(c.size) and coalesce("
            "(select s.size >= h.size from cosigned s where s.ledger_id = h.ledger_id), true) "
            "from head h join checkpoint c using (ledger_id) where h.ledger_id = %s group by h.ledger_id, h.size",
            (ledger_id,),
        ).fetchone()
        if row is not None and row[0]:
            return
        time.sleep(0.2)


def pack_of(database: Database, settings: Settings, chain: str, role: str = "", *, names: bool = False) -> Packed:
    """A pack of the newest state of a therapy in an installation, for everybody or for one role."""
    folder, keys = settings.home or home(), signed_now(database, settings)
    with connect(database.reader_dsn) as connection, closing(open_vault(database, settings, LEDGER_ID)) as vault:
        sight = Sight(States(lambda: nullcontext(connection), LEDGER_ID, folding()), role, names=names)
        packer = Packer(connection, LEDGER_ID, keys, Documents(folder / "documents"), load(folder))
        return packer.pack(chain, sight, partial(opened_from, vault))


def entry_of(database: Database, settings: Settings, position: int) -> bytes:
    """One entry of an installation with its proof, as a file."""
    signed_now(database, settings)
    with connect(database.reader_dsn) as connection:
        note = checkpoints.latest(connection, LEDGER_ID)
        size = Checkpoint.parse(parse_note(note).text).size if note else 0
        if note is None or not 0 <= position < size:
            raise NotFound(f"there is no entry {position} that was signed: the record has {size:,}")
        row = connection.execute(
            "select body from entry where ledger_id = %s and position = %s", (LEDGER_ID, position)
        ).fetchone()
        if row is None:
            raise IntegrityFailure(f"entry {position} is missing: `coign verify --database` says more")
        note = with_cosignatures(connection, LEDGER_ID, size, note)
        proof = Tiles(lambda: nullcontext(connection), LEDGER_ID).inclusion_proof(position, size)
    return proof_file(position, bytes(row[0]), proof, note)


def signed_now(database: Database, settings: Settings) -> KeysHere:
    """The log's keys, after everything that is recorded was signed with the one that counts."""
    keys = keys_here(log_key_file(settings), opened(database).origin)
    with connect(database.application_dsn) as connection:
        sign_newest(connection, LEDGER_ID, keys, time.time_ns() // 1000)
        policy = stamp_policy(settings)
        if policy is not None:  # an authority that gives none keeps nobody from a file; the file says that it has none
            stamp_newest(connection, LEDGER_ID, policy, Instant.of_us(time.time_ns() // 1000))
    return keys


class Packer:
    """Packs of one ledger, over one connection that may only read."""

    def __init__(
        self, connection: Connection, ledger_id: int, keys: KeysHere, documents: Documents, programmes: Programmes
    ) -> None:
        self._connection, self._ledger_id, self._keys, self._documents = connection, ledger_id, keys, documents
        self._terms, self._house = documents_of(programmes.all()), HouseRules(documents)

    def pack(self, chain: str, sight: Sight, opens: Opens) -> Packed:
        """All of a therapy that `sight` lets through, as it was at the newest checkpoint."""
        return self._at_checkpoint(lambda note, signed: self._packed(chain, sight, opens, note, signed))

    def _at_checkpoint(self, make: Callable[[bytes, Checkpoint], T]) -> T:
        """What is made of the record as it was at the newest checkpoint, which is given with all that signed it."""
        with snapshot(self._connection):
            note = checkpoints.latest(self._connection, self._ledger_id)
            if note is None:
                raise Unavailable("no checkpoint was signed yet: start the server (`coign serve`), then ask again")
            signed = Checkpoint.parse(parse_note(note).text)
            note = with_cosignatures(self._connection, self._ledger_id, signed.size, note)
            behind = signed.size - projected_to(self._connection, self._ledger_id)
            if behind > 0:
                raise Unavailable(
                    f"the lists are {behind:,} entries behind the record: ask again while the server runs"
                )
            return make(note, signed)

    def _packed(self, chain: str, sight: Sight, opens: Opens, note: bytes, signed: Checkpoint) -> Packed:
        subjects, newest = self._subjects(chain), self._heads(signed.size)
        own, bodies = self._gathered(chain, subjects, newest, signed.size)
        plain = {at: orjson.loads(body) for at, body in sorted(bodies.items())}
        there = self._existing({name for each in plain.values() for name in named_in(each)})
        hidden = _of_others(plain, own.keys(), there) | sight.hidden(plain, there)
        shown = {at: each for at, each in plain.items() if at not in hidden or _is_needed(at, each)}
        withheld = sorted(plain.keys() - shown.keys())
        known = sight.known(subjects)
        patients = [name for name in known if name.startswith(f"{Patient.kind}:")] if sight.names else []
        opened = openings({at: plain[at] for at in own}, hidden, opens, texts=sight.texts, patients=patients)
        told = self._ways(known, newest)
        leaves = {at: leaf_hash(body) for at, body in bodies.items()}
        contents = contents_bytes(
            redacted=sight.role, leaves=leaves, withheld=withheld, nodes=self._nodes(leaves, signed.size),
            heads=None if newest is None else newest.position, subjects=told, documents=self._named(shown),
            terms=self._terms_of(shown.values()),
        )  # fmt: skip
        page = account(
            origin=signed.origin, chain=chain, size=signed.size, redacted=sight.role, withheld=len(withheld),
            subjects=known, entries=list(shown.values()), opened={fits(each): each["value"] for each in opened},
        )  # fmt: skip
        files = {
            ACCOUNT: page, PAPER: pdf_of(page), CHECKPOINT: note, CONTENTS: contents,
            ENTRIES: b"".join(bodies[at] + b"\n" for at in shown), OPENINGS: openings_bytes(opened),
        }  # fmt: skip
        key = self._key(signed.size)
        text = Manifest.of(key.verifier().text, chain, files).text()
        data = pack({**files, MANIFEST: build_note(text, [sign_note(text, key)])})
        names = tuple(map(Patient, patients)) if opened else ()
        return Packed(data, signed.size, signed.root.hex(), len(shown), len(withheld), len(opened), names)

    def _gathered(
        self, chain: str, subjects: Sequence[str], newest: Any, size: int
    ) -> tuple[dict[int, bytes], dict[int, bytes]]:
        """The entries about the therapy; and all that go into its pack, those on which decisions in it rested too."""
        own = self._entries(
            "select distinct position from entry_subject where ledger_id = %(ledger)s and subject = any(%(asked)s)",
            size, subjects,
        )  # fmt: skip
        if not own:
            raise NotFound(f"{chain} is not known here: `coign pack --list` says which are")
        bodies = dict(own)
        self._add_read(bodies, own, size)
        if newest is not None:
            bodies |= self._entries("select unnest(%(asked)s)", size, [newest.position])
        return own, bodies

    def _key(self, size: int) -> SignerKey:
        known, _ = known_keys(self._connection, self._ledger_id, self._keys.known)
        return known.signers(self._keys, size)[0]

    # What belongs to it

    def _subjects(self, chain: str) -> list[str]:
        """What the therapy consists of: chain, patient, units, batches, shipments, cases."""
        rows = self._connection.execute(
            "select root, patient from records.journey where ledger_id = %s and chain = %s", (self._ledger_id, chain)
        ).fetchall()
        if not rows:
            raise NotFound(f"{chain} is not known here: `coign pack --list` says which are")
        ((root, patient),) = rows
        belonging = self._connection.execute(
            "select subject from records.belongs where ledger_id = %s and root = %s", (self._ledger_id, root)
        ).fetchall()
        return sorted({chain, patient, *(subject for (subject,) in belonging)})

    def _existing(self, names: Set[str]) -> set[str]:
        """Those about which anything was recorded: an identifier that was allotted and not used tells of nothing."""
        rows = self._connection.execute(
            "select subject from subject_head where ledger_id = %s and subject = any(%s)",
            (self._ledger_id, list(names)),
        ).fetchall()
        return {subject for (subject,) in rows}

    def _entries(self, positions: Any, size: int, asked: Sequence[Any], **more: Any) -> dict[int, bytes]:
        """The entries below `size` at the positions that a query gives."""
        query = (
            "select position, body from entry where ledger_id = %(ledger)s and position < %(size)s "  # noqa: S608
            f"and position in ({positions}) order by position"
        )
        given = {"ledger": self._ledger_id, "size": size, "asked": list(asked), **more}
        return {at: bytes(body) for at, body in self._connection.execute(query, given).fetchall()}

    def _add_read(self, bodies: dict[int, bytes], own: Mapping[int, bytes], size: int) -> None:
        """What the decisions of a therapy rested on: who made each state that they read, and the keys of who signed."""
        plain = [orjson.loads(body) for body in own.values()]
        read = {(r["subject"], r["seq"]) for e in plain for r in e["read"] if "subject" in r and r["seq"]}
        bodies |= self._made(read, size)
        # What an entry does not name is known by its commitment, if something else in the pack names it.
        names = sorted({name for body in bodies.values() for name in named_in(orjson.loads(body))})
        hidden = [(bytes.fromhex(e["salt"]), r) for e in plain for r in e["read"] if "commitment" in r and r["seq"]]
        bodies |= self._made(
            {(n, r["seq"]) for salt, r in hidden for n in names if read_commitment(salt, n).hex() == r["commitment"]},
            size,
        )
        signers = {e["intent"]["actor"]["person"] for e in map(orjson.loads, bodies.values()) if e["signature"]}
        past = (
            "select position from entry_subject where ledger_id = %(ledger)s and subject = any(%(asked)s) "
            "and seq is not null and position < %(until)s"
        )
        bodies |= self._entries(past, size, sorted(signers), until=max(bodies, default=0))
        bodies |= self._entries("select unnest(%(asked)s)", size, [0])  # says whether all of it is a demonstration
        # How the log's key came from the one that a reader may know.
        bodies |= self._entries(past, size, [LOG_KEY], until=size)

    def _made(self, states: Iterable[tuple[str, int]], size: int) -> dict[int, bytes]:
        """The entries that made these states (subject, seq)."""
        asked = sorted(states)
        query = (
            "select s.position from unnest(%(asked)s::text[], %(seqs)s::bigint[]) as a (subject, seq) "
            "join entry_subject s on s.ledger_id = %(ledger)s and s.subject = a.subject and s.seq = a.seq"
        )
        return self._entries(query, size, [subject for subject, _ in asked], seqs=[seq for _, seq in asked])

    # What proves it

    def _nodes(self, positions: Iterable[int], size: int) -> dict[tuple[int, int], bytes]:
        tiles = Tiles(lambda: nullcontext(self._connection), self._ledger_id)
        return {
            node: found
            for at in positions
            for node, found in zip(beside(at, size), tiles.inclusion_proof(at, size), strict=True)
        }

    def _heads(self, size: int) -> Any:
        """The entry with the newest root of the heads, if the map that is kept is the one it speaks of."""
        newest = entered(self._connection, self._ledger_id)
        kept = heads.size(self._connection, self._ledger_id)
        return newest if newest.size and kept == newest.size and newest.position < size else None

    def _ways(self, subjects: Sequence[str], newest: Any) -> list[dict[str, Any]]:
        """How far the past of each of these reached when the heads were entered."""
        pages = _Ahead(heads.PagesInDatabase(self._connection, self._ledger_id), subjects if newest else ())
        told = []
        for subject in subjects:
            end, proof = heads.way_of(pages, subject) if newest else (None, [])
            if end is None or not verify_present(subject, end.seq, end.position, proof, bytes.fromhex(newest.root)):
                told.append({"subject": subject, "seq": 0, "position": None, "proof": []})
            else:
                ways = [each.hex() for each in proof]
                told.append({"subject": subject, "seq": end.seq, "position": end.position, "proof": ways})
        return told

    def _terms_of(self, shown: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """What these entries name: approvals if the file of that version is here and says so, all if rule sets are."""
        facts = [fact for each in shown if each["outcome"] != "refused" for fact in each["intent"]["facts"]]
        named = {fact["body"].get("terms") for fact in facts if fact["type"] == ProgrammeApproved.TYPE}
        house = map(self._house.document, sorted({decided_by(each) for each in shown}))
        return [*(self._terms[digest] for digest in sorted(named & self._terms.keys())), *filter(None, house)]

    def _named(self, shown: Mapping[int, Any]) -> list[tuple[int, str]]:
        """The documents that entries name by their hashes, if they are kept here."""
        hashes = {(at, text) for at, each in shown.items() for f in each["intent"]["facts"] for text in _hashes(f)}
        return sorted((at, text) for at, text in hashes if self._documents.has(Digest(text)))


class _Ahead:
    """Pages of the map of heads for many subjects: read a level at a time, not a page at a time."""

    def __init__(self, pages: heads.Pages, subjects: Sequence[str]) -> None:
        self._pages = dict[str, heads.Page]()
        depth, left = 0, {key_of(subject).hex() for subject in subjects}
        while left:
            found = pages.read(sorted({key[:depth] for key in left}))
            self._pages |= found
            left = {key for key in left if key[:depth] in found}
            depth += 1

    def read(self, prefixes: Sequence[str]) -> Mapping[str, heads.Page]:
        """Those of these pages that are there."""
        return {prefix: self._pages[prefix] for prefix in prefixes if prefix in self._pages}

    def write(self, pages: Mapping[str, heads.Page]) -> None:
        """Nothing is changed by who makes a pack."""
        raise AssertionError("the map is read here alone")


def _of_others(plain: Mapping[int, Any], own: Iterable[int], there: Set[str]) -> set[int]:
    """Entries that were only read and tell of things of another patient; `there`: what anything was recorded about."""
    of_own = set(own)
    known = {name for at in of_own for name in named_in(plain[at])}
    return {
        at
        for at, each in plain.items()
        if at not in of_own and any(name.startswith(_OF_A_PATIENT) for name in named_in(each) & there - known)
    }


def _is_needed(position: int, entry: Mapping[str, Any]) -> bool:
    """What every receiver needs to check anything: the first entry, the heads, and who holds which keys."""
    types = [fact["type"] for fact in entry["intent"]["facts"]]
    if position == 0 or LedgerHeads.TYPE in types:
        return True
    return bool(types) and all(t.startswith(_KEY_FACTS) for t in types)


def _hashes(value: Any) -> Iterable[str]:
    match value:
        case str() if len(value) == 64 and set(value) <= set("0123456789abcdef"):
            yield value
        case dict():
            for each in value.values():
                yield from _hashes(each)
        case list():
            for each in value:
                yield from _hashes(each)
