"""Checks a pack from its bytes alone: nothing in it is believed because it stands there.

1 the bytes are those of a pack, and of no other spelling; 2 the log signed the manifest and the checkpoint; 3 every
file is the one that the manifest names; 4 every entry stands where it says in the tree whose root is in the checkpoint,
and the key that signed is trusted, or follows from one that is by changes among them; 5 every entry about the therapy
that there was when the heads were entered is there; 6 signatures were made by keys enrolled by then; 7 no entry breaks
an invariant; 8 what is opened fits commitments in the entries; 9 the readable account follows from both.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any

from coign_verify import pack as parts
from coign_verify.account import account
from coign_verify.archive import ArchiveError, read_archive
from coign_verify.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from coign_verify.findings import UNSEEN, Findings
from coign_verify.heads import verify_present
from coign_verify.intent import cut_intent, read_commitment
from coign_verify.invariants import INVARIANTS, replay, terms_in
from coign_verify.jcs import JsonError, canonical, loads_strict
from coign_verify.keys import VerifierKey
from coign_verify.lines import Sorted, sort_lines
from coign_verify.log_keys import LogKeys, changes_in, history
from coign_verify.notes import NoteError, Verified, parse_note, verify_note
from coign_verify.opening import committed_in, fits, openings_bytes
from coign_verify.signers import SignatureWalk
from coign_verify.tree import verify_inclusion
from coign_verify.trust import Trust

HEADS_FACT = "ledger.heads.v1"
#: Fields of facts that name a part of the therapy of which the fact is.
BELONGING = ("patient", "unit", "batch")


def verify_pack(data: bytes, trust: Trust) -> Findings:
    """Whether a pack holds what its log recorded, unchanged and whole."""
    found = Findings(what="pack")
    check = _Check(found, trust)
    try:
        check.run(data)
    except (ArchiveError, parts.PackError, NoteError, CheckpointError, JsonError) as error:
        found.say(None, "container", str(error))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        # Whatever does not have the shape that a pack has was made by somebody else.
        found.say(None, "container", f"it is not shaped as a pack is: {error!r}")
    return found.settle(trusted=check.trusted)


class _Check:
    """The steps, in their order; what one finds out the next ones use."""

    def __init__(self, found: Findings, trust: Trust) -> None:
        self._found, self._trust = found, trust
        self.trusted = False
        self._unmatched: list[str] = []

    def run(self, data: bytes) -> None:
        """All of them."""
        if len(data) > parts.PACK_BYTES_MAX:
            raise parts.PackError(f"it has {len(data)} bytes; at most {parts.PACK_BYTES_MAX} are read")
        listed, differs = read_archive(data)
        if differs:
            self._found.say(None, "container", differs)
        files = parts.files_of(listed)
        self._sign(files)
        contents = loads_strict(files[parts.CONTENTS])
        if canonical(contents) != files[parts.CONTENTS]:
            self._found.say(None, "container", f"{parts.CONTENTS} is not in its one spelling")
        self._read(contents, files[parts.ENTRIES])
        self._tree()
        self._inside()
        self._origin()
        self._complete()
        self._keys()
        self._invariants()
        self._openings(files[parts.OPENINGS])
        self._account(files[parts.ACCOUNT])
        self._say()

    # 2 and 3: who signed for what

    def _sign(self, files: Mapping[str, bytes]) -> None:
        note = parse_note(files[parts.MANIFEST])
        manifest = parts.Manifest.parse(note.text)
        self._key, self._chain = VerifierKey.from_text(manifest.key), manifest.chain
        witnesses = [key for key in self._trust.witnesses if key.public != self._key.public]
        self._seen = dict[VerifierKey, Verified]()
        self._note = parse_note(files[parts.CHECKPOINT])
        self.checkpoint = Checkpoint.parse(self._note.text)
        try:
            verify_note(note, [self._key])
            signed = open_checkpoint(files[parts.CHECKPOINT], log_keys=[self._key], witness_keys=witnesses)
        except ValueError as error:
            self._found.say(None, "signature", str(error))
        else:
            self._seen = {each.key: each for each in signed.witnesses}
        self._found.seen_by((each.key.name, each.time_s) for each in self._seen.values())
        self._found.ledger = self.checkpoint.origin
        self._found.checkpoint = {"size": self.checkpoint.size, "root": self.checkpoint.root.hex()}
        for name, size, digest in parts.Manifest.of(manifest.key, manifest.chain, files).files:
            if (name, size, digest) not in manifest.files:
                self._found.say(None, "container", f"{name} is not the file that the manifest names")

    # 4: the entries and their places

    def _read(self, contents: Mapping[str, Any], lines: bytes) -> None:
        self._contents = contents
        self._leaves = {at: bytes.fromhex(leaf) for at, leaf in contents["leaves"]}
        self._withheld = set(contents["withheld"])
        if list(self._leaves) != sorted(self._leaves) or not self._withheld <= self._leaves.keys():
            raise parts.PackError("the positions in its contents are not in order")
        self._lines: Sorted = sort_lines(lines, self._leaves, self._withheld, self.checkpoint.origin, self._found)
        self._found.entries = len(self._lines.entries)

    def _tree(self) -> None:
        nodes = {(start, end): bytes.fromhex(node) for start, end, node in self._contents["nodes"]}
        size, root = self.checkpoint.size, self.checkpoint.root
        ways = {at: parts.beside(at, size) for at in self._leaves if 0 <= at < size}
        if nodes.keys() != {node for way in ways.values() for node in way} or len(ways) != len(self._leaves):
            self._found.say(None, "container", "the hashes of the tree in it are not those that its entries need")
        proofs = {at: [nodes.get(node, b"") for node in way] for at, way in ways.items()}
        right = {at for at, proof in proofs.items() if verify_inclusion(at, size, self._leaves[at], proof, root)}
        wrong = [at for at in self._leaves if at not in right]
        if wrong and len(wrong) == len(self._leaves):
            self._found.say(None, "replaced", "none of its entries are of the record whose root the checkpoint names")
            return
        for at in wrong:
            self._found.say(at, "replaced", "its hash does not lead to the root that was signed")

    def _inside(self) -> None:
        last = ""
        for at, entry in self._lines.entries.items():
            if entry["ledger"] != self.checkpoint.origin or entry["intent"]["ledger"] != self.checkpoint.origin:
                self._found.say(at, "invariant", "it names another ledger than the checkpoint")
            if entry["time"] < last:
                self._found.say(at, "invariant", "its time lies before that of an entry before it")
            last = entry["time"]
        for at, digest in self._contents["documents"]:
            if f'"{digest}"'.encode() not in self._lines.bodies.get(at, b""):
                self._found.say(at, "container", f"it names no document {digest[:16]}…, as the contents say")

    def _origin(self) -> None:
        """Whether the key that signed is trusted, or took the place of one that is by changes that are here."""
        changes = changes_in(self._lines.entries)
        followed = history(changes, lambda at, why: self._found.say(at, "signature", why)) or LogKeys(((0, self._key),))
        if followed.keys[-1][1] != self._key:
            self._found.say(None, "signature", f"it is signed by {self._key.text}, which is not its log's key any more")
        self._keys_before = [key for _, key in followed.keys if key != self._key]
        if not {self._key, *self._keys_before} & set(self._trust.logs):
            named = any(key.name == self._key.name for key in self._trust.logs)
            other = "the key of this name that is trusted is another one" if named else "no key of this name is trusted"
            self._unmatched.append(f"who made it: it is signed by {self._key.text}, and {other}")
        if not self._trust.is_enough(self._seen.keys()):
            self._unmatched.append(f"{UNSEEN}: {len(self._seen)} trusted witnesses are not the quorum")
        self.trusted = not self._unmatched

    # 5: that nothing is left out

    def _complete(self) -> None:
        self._counted: dict[str, dict[int, tuple[int, int | None]]] = defaultdict(dict)
        for at, entry in self._lines.entries.items():
            for each in entry["about"]:
                self._counted[each["subject"]][each["seq"]] = (at, each["prev"])
        for subject, counted in self._counted.items():
            self._check_count(subject, counted)
        subjects = self._contents["subjects"]
        self._own = [each["subject"] for each in subjects]
        if self._chain not in self._own and not self._contents["redacted"]:
            self._found.say(None, "missing", f"{self._chain} itself is not among the subjects of its contents")
        self._check_belonging()
        map_ = self._map()
        self._covered, self._newer = 0, 0
        for each in subjects if map_ else ():
            self._check_subject(each, bytes.fromhex(map_["root"]))

    def _check_belonging(self) -> None:
        """What facts say to be of this therapy must be among its subjects, or nobody would ask for its entries."""
        for at, entry in self._lines.entries.items():
            for body in [fact["body"] for fact in entry["intent"]["facts"] if entry["outcome"] != "refused"]:
                of_it = {body.get(name) for name in BELONGING} - {None, "", *self._own}
                if body.get("chain") == self._chain and of_it and not self._contents["redacted"]:
                    self._found.say(at, "missing", f"what it names as part of the therapy is not listed: {of_it}")

    def _check_count(self, subject: str, counted: Mapping[int, tuple[int, int | None]]) -> None:
        for seq, (at, prev) in counted.items():
            before = counted.get(seq - 1)
            if (prev is None) != (seq == 1) or (before is not None and before[0] != prev):
                self._found.say(at, "invariant", f"it does not follow the entry before it about {subject}")

    def _map(self) -> Mapping[str, Any]:
        """What the entry with the map of heads says; nothing where there is none."""
        at = self._contents["heads"]
        if at is None or at in self._withheld:
            return {}
        facts = self._lines.entries.get(at, {"intent": {"facts": []}})["intent"]["facts"]
        told = [fact["body"] for fact in facts if fact["type"] == HEADS_FACT]
        if not told:
            self._found.say(at, "missing", "the entry that commits to the heads of all subjects is not there")
            return {}
        self._reach: int = told[0]["size"]
        return dict(told[0])

    def _check_subject(self, told: Mapping[str, Any], root: bytes) -> None:
        subject, seq, position = told["subject"], told["seq"], told["position"]
        proof = [bytes.fromhex(text) for text in told["proof"]]
        if seq == 0:
            # Only its first entries after the map are known; nothing can be said of how many there are.
            self._newer += 1
            return
        if not verify_present(subject, seq, position, proof, root):
            self._found.say(None, "invariant", f"the map of heads does not say that {subject} had {seq} entries")
            return
        self._covered += 1
        counted = self._counted[subject]
        # Each entry says where the one before it stands; the map says where the last one does.
        absent = {n - 1: before for n, (_, before) in counted.items() if n > 1 and n - 1 not in counted}
        absent |= {} if seq in counted else {seq: position}
        for number, where in absent.items():
            if number <= seq and where not in self._withheld:
                self._found.say(where, "missing", f"it is entry {number} of {seq} about {subject}")
        if seq - sum(n <= seq for n in counted) > len(self._withheld):
            self._found.say(None, "missing", f"of {seq} entries about {subject} more are not here than are withheld")

    # 6: signatures

    def _keys(self) -> None:
        self._walk = SignatureWalk()
        self._gapless = self._signed = self._rests = self._shown = 0
        names = list(self._counted)
        for at, entry in self._lines.entries.items():
            wrong = self._walk.check(at, entry, partial(cut_intent, self._lines.bodies[at]))
            if wrong is not None:
                self._found.problems.append(wrong)
            known = self._read_by(entry, names)
            if entry["signature"] is not None:
                person = entry["intent"]["actor"]["person"]
                past = next((each["seq"] for each in entry["read"] if each.get("subject") == person), 0)
                self._signed += 1
                self._gapless += past > 0 and all(n in self._counted[person] for n in range(1, past + 1))
            if set(self._own) & ({each["subject"] for each in entry["about"]} | set(entry["refs"])):
                self._rests += len(known)
                self._shown += sum(known)

    def _read_by(self, entry: Mapping[str, Any], names: list[str]) -> list[bool]:
        """For each state that the entry's decision read: whether the entry that made it is here."""
        salt = bytes.fromhex(entry["salt"])

        def is_here(read: Mapping[str, Any]) -> bool:
            if "subject" in read:
                return read["seq"] in self._counted.get(read["subject"], {})
            fits = (name for name in names if read["seq"] in self._counted[name])
            return any(read_commitment(salt, name).hex() == read["commitment"] for name in fits)

        return [is_here(read) for read in entry["read"] if read["seq"] != 0]

    # 7: what holds in every true record

    def _invariants(self) -> None:
        terms, unnamed = terms_in(self._lines.entries.values(), self._contents.get("terms", []))
        for digest in unnamed:
            self._found.say(None, "container", f"the terms with the hash {digest[:16]}… are named by no entry in it")
        broken, self._replayed = replay(self._lines.entries.values(), INVARIANTS, terms, partial=True)
        for each in broken:
            self._found.say(each.position, "invariant", str(each))

    # 8: what is opened

    def _openings(self, data: bytes) -> None:
        """The words of the vault by the commitments that they fit, each of which must stand in an entry."""
        openings = loads_strict(data)
        self._opened = {fits(each): each["value"] for each in openings}
        if openings_bytes(openings) != data:
            self._found.say(None, "container", f"{parts.OPENINGS} is not in its one spelling, each opening once")
        committed = set[str]().union(*(committed_in(entry["intent"]) for entry in self._lines.entries.values()))
        self._closed = committed - self._opened.keys()
        for each in sorted(self._opened.keys() - committed):
            self._found.say(None, "changed", f"what is opened fits no commitment in its entries: {each[:16]}…")

    # 9: the account

    def _account(self, page: bytes) -> None:
        made = account(
            origin=self.checkpoint.origin, chain=self._chain, size=self.checkpoint.size,
            redacted=self._contents["redacted"], withheld=len(self._withheld), subjects=self._own,
            entries=list(self._lines.entries.values()), opened=self._opened,
        )  # fmt: skip
        if page != made:
            self._found.say(None, "container", f"{parts.ACCOUNT} says something else than the entries")

    # The answer

    def _say(self) -> None:
        size, of = self.checkpoint.size, len(self._lines.entries)
        reach, seen = self._reach if self._covered else 0, {each["name"] for each in self._found.witnesses}
        self._found.proved = [
            f"{of} entries stand unchanged at their places in {self.checkpoint.origin}, a record of {size} entries",
            *(
                [f"about {self._covered} things of the therapy every entry below {reach} is here or counted"]
                if self._covered
                else []
            ),
            *([f"its key took the place of the one before by a change that both, or the root, signed, "
               f"{len(self._keys_before)} times"] if self._keys_before else []),
            *([f"{len(seen)} trusted witnesses were shown this record, and cosigned it"] if seen else []),
            *self._walk.proved(),
            *([f"for {self._gapless} of {self._signed} signatures no key of the signer was changed unseen before"]
              if self._signed else []),
            *self._replayed.proved(),
            f"{self._shown} of {self._rests} states that decisions rested on are those of entries in it",
            *([f"{len(self._opened)} values of the vault are opened: words and salt of each fit a commitment in an "
               "entry"] if self._opened else []),
            f"the readable page {parts.ACCOUNT} follows from these entries: it was made anew; and "
            f"{len(self._contents['documents'])} documents are named by their hashes",
        ]  # fmt: skip
        self._found.not_proved = [*self._unmatched, *self._unproved(reach)]

    def _unproved(self, reach: int) -> list[str]:
        said = [
            "that what was recorded is true: only that it was recorded so, and in this order",
            f"that nothing more was recorded about the therapy from entry {reach} on" if reach
            else "that nothing about the therapy is left out: no heads were entered yet that could show it",
            f"that {parts.PAPER} says what {parts.ACCOUNT} says: it is the file that was signed, not made anew here",
        ]  # fmt: skip
        if self._newer:
            said.append(f"how much was recorded about {self._newer} things that began after entry {reach - 1}")
        if not self._found.witnesses:
            said.append("that everybody was shown the same record: no witness that is trusted here has cosigned it")
        if self._withheld:
            to = f" from the role {self._contents['redacted']}" if self._contents["redacted"] else ""
            said.append(f"what {len(self._withheld)} withheld entries say{to}: their hashes stand in the record")
        if self._closed:
            said.append(f"what {len(self._closed)} values of the vault say that are not opened here")
        return [*said, *self._note.stamped, *self._replayed.not_proved(), *self._walk.not_proved()]
