"""Exports of any set of records: for people and for machines, with every version of every value (21 CFR 11.10(b)).

One archive of the form that packs have: the entries in their own bytes, their proofs against a signed checkpoint,
tables of values, signatures and texts, a page and its PDF, and a manifest of all their hashes, signed by the log.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing, nullcontext
from hashlib import sha256
from typing import Any

import orjson

from coign.database import Database, home
from coign.documents import Documents
from coign.gateways.paper import pdf_of
from coign.kernel.errors import Invalid, NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, parse_subject
from coign.kernel.values import FreeText
from coign.ledger.store import connect
from coign.perform.assemble import folding
from coign.service.export_page import export_page
from coign.service.first_start import LEDGER_ID
from coign.service.opening import opened_from
from coign.service.pack_sight import Sight, named_in
from coign.service.packing import Packer, signed_now
from coign.service.states import States
from coign.service.therapies import load
from coign.service.vaulting import OpenVault, open_vault
from coign.settings import Settings
from coign_verify.account import corrected_in
from coign_verify.archive import archive
from coign_verify.checkpoint import Checkpoint
from coign_verify.intent import cut_intent, intent_hash
from coign_verify.jcs import canonical
from coign_verify.opening import committed_in
from coign_verify.pack import CHECKPOINT, CONTENTS, ENTRIES, MANIFEST
from coign_verify.pack_making import contents_bytes
from coign_verify.signing import SignerKey, build_note, sign_note
from coign_verify.tree import leaf_hash

KIND = "coign/export/v1"
PAGE, PAPER, VALUES, SIGNATURES, TEXTS = (
    "export.html", "export.pdf", "values.jsonl", "signatures.jsonl", "texts.jsonl",
)  # fmt: skip
FILES = (PAGE, PAPER, MANIFEST, CHECKPOINT, CONTENTS, ENTRIES, VALUES, SIGNATURES, TEXTS)

Opens = Callable[[Collection[str]], Mapping[str, tuple[str, str]]]
"""What the vault holds behind commitments, by commitment: the field, and the text as written. Never identities."""


@dataclass(frozen=True, slots=True)
class Exported:
    """An export, and what is in it in numbers."""

    data: bytes
    subjects: tuple[str, ...]
    size: int
    entries: int
    withheld: int
    page: bytes


class Exporter(Packer):
    """Exports of one ledger, over one connection that may only read."""

    def export(self, subjects: Sequence[str], sight: Sight, opens: Opens) -> Exported:
        """Everything about these subjects that `sight` lets through, as it was at the newest checkpoint."""
        return self._at_checkpoint(lambda note, signed: self._exported(subjects, sight, opens, note, signed))

    def _exported(
        self, subjects: Sequence[str], sight: Sight, opens: Opens, note: bytes, signed: Checkpoint
    ) -> Exported:
        asked = sorted({each for subject in subjects for each in self._belonging(subject)})
        known = sight.known(asked)
        there = self._existing(set(subjects))
        if missing := [s for s in subjects if s not in known or s not in there]:
            raise NotFound(f"{', '.join(missing)} is not known here")
        bodies = self._entries(
            "select distinct position from entry_subject where ledger_id = %(ledger)s and subject = any(%(asked)s)",
            signed.size, known,
        )  # fmt: skip
        plain = {at: orjson.loads(body) for at, body in bodies.items()}
        hidden = sight.hidden(plain, self._existing({name for each in plain.values() for name in named_in(each)}))
        shown = {at: each for at, each in plain.items() if at not in hidden}
        read = shown.values() if sight.texts or not sight.role else ()
        texts = opens(set[str]().union(*(committed_in(each["intent"]) for each in read)))
        leaves = {at: leaf_hash(body) for at, body in bodies.items()}
        page = export_page(signed.origin, signed.size, subjects, known, sight.role, len(hidden), shown, texts)
        files = {
            PAGE: page, PAPER: pdf_of(page), CHECKPOINT: note,
            CONTENTS: contents_bytes(
                redacted=sight.role, leaves=leaves, withheld=sorted(hidden), nodes=self._nodes(leaves, signed.size),
                heads=None, subjects=self._ways(known, None), documents=self._named(shown),
            ),
            ENTRIES: b"".join(bodies[at] + b"\n" for at in shown),
            **tables(shown, bodies, texts),
        }  # fmt: skip
        key = self._key(signed.size)
        text = self._listed(subjects, files, key)
        whole = {**files, MANIFEST: build_note(text, [sign_note(text, key)])}
        data = archive([(name, whole[name]) for name in FILES])
        return Exported(data, tuple(subjects), signed.size, len(shown), len(hidden), page)

    def _belonging(self, subject: str) -> list[str]:
        """What a set of records is about: of a therapy all that it consists of, of anything else the thing itself."""
        return self._subjects(subject) if subject.startswith(f"{Chain.kind}:") else [subject]

    def _listed(self, subjects: Sequence[str], files: Mapping[str, bytes], key: SignerKey) -> str:
        """What is signed: the hash of each file. Its first line is the name of no log, so it never is a checkpoint."""
        names = [name for name in FILES if name != MANIFEST]
        listed = [f"file {name} {len(files[name])} {sha256(files[name]).hexdigest()}" for name in names]
        about = [f"subject {subject}" for subject in subjects]
        return "".join(f"{line}\n" for line in (KIND, f"key {key.verifier().text}", *about, *listed))


def export_of(database: Database, settings: Settings, subjects: Sequence[str], role: str = "") -> Exported:
    """An export out of an installation, for everybody or for one role."""
    folder, keys = settings.home or home(), signed_now(database, settings)
    with connect(database.reader_dsn) as connection, closing(open_vault(database, settings, LEDGER_ID)) as vault:
        sight = Sight(States(lambda: nullcontext(connection), LEDGER_ID, folding()), role)
        exporter = Exporter(connection, LEDGER_ID, keys, Documents(folder / "documents"), load(folder))
        return exporter.export(subjects, sight, lambda found: texts_of(vault, found))


def subjects_of(texts: Sequence[str]) -> tuple[str, ...]:
    """What a person names: `kind:identifier`, each once."""
    try:
        return tuple(dict.fromkeys(str(parse_subject(text)) for text in texts))
    except ValueError as error:
        raise Invalid.at("SUBJECT", str(error)) from error


def texts_of(vault: OpenVault, commitments: Collection[str]) -> dict[str, tuple[str, str]]:
    """What people wrote in their own words; who somebody is stays in the vault, and so does what was erased."""
    found = opened_from(vault, commitments)
    return {c: (o.field, o.value) for c, o in found.items() if o.retention_class == FreeText.retention_class}


# Tables


def tables(shown: Mapping[int, Any], bodies: Mapping[int, bytes], texts: Mapping[str, tuple[str, str]]) -> Any:
    """The tables of an export: they follow from its entries and texts, so that whoever has those makes them anew."""
    return {
        VALUES: _lines(_values(shown, texts)),
        SIGNATURES: _lines(_signatures(shown, bodies)),
        TEXTS: _lines({"commitment": c, "field": f, "text": t} for c, (f, t) in sorted(texts.items())),
    }


def _values(shown: Mapping[int, Any], texts: Mapping[str, tuple[str, str]]) -> Iterable[Mapping[str, Any]]:
    """Every recorded value in the order of entries, and what counts in its place if it was corrected."""
    corrected = corrected_in(list(shown.values()))
    for at, entry in shown.items():
        intent, actor = entry["intent"], entry["intent"]["actor"]
        for fact in intent["facts"] if entry["outcome"] != "refused" else ():
            for name, value in sorted(fact["body"].items()):
                yield {
                    "position": at, "time": entry["time"], "fact": fact["type"], "field": name, "value": value,
                    "text": texts.get(_commitment(value), ("", None))[1], "outcome": entry["outcome"],
                    "by": actor, "action": intent["action"], "meaning": intent["meaning"],
                    "claimed_time": intent["claimed_time"], "signed": entry["signature"] is not None,
                    "reason": texts.get(intent["reason"], ("", None))[1],
                    "replaced": corrected.get((at, fact["type"], name), ""),
                }  # fmt: skip


def _signatures(shown: Mapping[int, Any], bodies: Mapping[int, bytes]) -> Iterable[Mapping[str, Any]]:
    for at, entry in shown.items():
        if entry["signature"] is not None:
            yield {
                "position": at, "time": entry["time"], "by": entry["intent"]["actor"],
                "meaning": entry["intent"]["meaning"], "intent_hash": intent_hash(cut_intent(bodies[at])).hex(),
                "signature": entry["signature"],
            }  # fmt: skip


def _lines(rows: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(canonical(row) + b"\n" for row in rows)


def _commitment(value: Any) -> str:
    return str(value["commitment"]) if isinstance(value, dict) and "commitment" in value else ""
