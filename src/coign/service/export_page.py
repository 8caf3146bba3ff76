"""The readable page of an export: values that were changed come first, old beside new; then every entry in words."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from coign_verify.account import STYLE, article, corrected_in

CORRECTED, PROPOSED = "correction.value_corrected.v1", "correction.proposed.v1"
_ADDED = "table.wide th,table.wide td{border-bottom:1px solid #dfe1e2;padding:.2rem .8rem .2rem 0;vertical-align:top}"

Texts = Mapping[str, tuple[str, str]]


def export_page(
    origin: str, size: int, asked: Sequence[str], known: Sequence[str], role: str, withheld: int,
    shown: Mapping[int, Mapping[str, Any]], texts: Texts,
) -> bytes:  # fmt: skip
    """The page of these entries. `asked`: what was named; `known`: all that it came to."""
    title, entries = f"Export: {', '.join(asked)}", list(shown.values())
    corrected = corrected_in(entries)
    to = f" from the role {escape(role)}" if role else ""
    page = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}{_ADDED}</style></head><body>',
        f"<h1>{escape(title)}</h1>",
        f"<p>From the record {escape(origin)} as it was at {size} entries. {len(entries)} entries, {withheld} "
        f"withheld{to}. Identities are not in it: in their place stand commitments. Beside this page: the entries in "
        "their own bytes with their proofs, every version of every value, signatures, texts, and a manifest with the "
        "hash of each file.</p>",
        *_demonstration(entries),
        f"<h2>What it is about</h2><p>{', '.join(map(escape, known))}</p>",
        "<h2>Values that were changed</h2>", *_changes(entries, texts),
        "<h2>Signatures</h2>", *_signatures(entries),
        "<h2>Texts</h2>", *_texts(entries, texts),
        "<h2>Every entry</h2>", *(article(entry, corrected, {}) for entry in entries),
        "</body></html>\n",
    ]  # fmt: skip
    return "\n".join(page).encode()


def _demonstration(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    if not any((entry["signature"] or {}).get("method") == "demonstration" for entry in entries):
        return []
    return ['<p class="mark">A demonstration: every person, patient and value in it is invented.</p>']


def _changes(entries: Sequence[Mapping[str, Any]], texts: Texts) -> list[str]:
    """Old value, new value, why, who, when: of every correction among these entries."""
    facts = [(entry, fact) for entry in entries if entry["outcome"] != "refused" for fact in entry["intent"]["facts"]]
    reasons = {
        fact["body"]["case"]: _text(fact["body"]["reason"], texts) for _, fact in facts if fact["type"] == PROPOSED
    }
    rows = []
    for entry, fact in facts:
        if fact["type"] == CORRECTED:
            told = fact["body"]
            rows.append(
                [
                    f"{escape(told['fact'])}, {escape(told['name'])} (entry {told['entry']})",
                    f"<del>{escape(told['before'])} {escape(told['unit'])}</del>",
                    f"<ins>{escape(told['after'])} {escape(told['unit'])}</ins>",
                    escape(reasons.get(told["case"], "in an entry that is not here")),
                    escape(f"{told['first']} and {told['second']}"),
                    _at(entry),
                ]
            )
    return _table(("Value", "Old value", "New value", "Reason", "By", "When"), rows, "No value was changed.")


def _signatures(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    rows = [
        [
            _at(entry), escape(entry["intent"]["actor"]["person"]), escape(entry["intent"]["actor"]["role"]),
            escape(str(entry["intent"]["meaning"])), escape(entry["signature"]["method"]),
            escape(entry["signature"]["credential"]),
        ]
        for entry in entries
        if entry["signature"] is not None
    ]  # fmt: skip
    return _table(("Entry", "By", "Role", "Meaning", "Method", "Key"), rows, "Nothing was signed.")


def _texts(entries: Sequence[Mapping[str, Any]], texts: Texts) -> list[str]:
    """What people wrote in their own words, with the entry it belongs to."""
    rows = []
    for entry in entries:
        for fact in entry["intent"]["facts"]:
            for name, value in sorted(fact["body"].items()):
                if isinstance(value, dict) and value.get("commitment") in texts:
                    rows.append([_at(entry), escape(name.replace("_", " ")), escape(_text(value, texts))])
        if (reason := entry["intent"]["reason"]) in texts:
            rows.append([_at(entry), "reason", escape(texts[reason][1])])
    return _table(("Entry", "Field", "Text"), rows, "Nothing was written in free text.")


def _at(entry: Mapping[str, Any]) -> str:
    return f"{entry['position']}, {entry['time'][:10]} {entry['time'][11:19]} UTC"


def _text(value: Any, texts: Texts) -> str:
    commitment = value.get("commitment", "") if isinstance(value, dict) else ""
    return texts[commitment][1] if commitment in texts else "kept in the vault, or erased"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> list[str]:
    if not rows:
        return [f"<p>{nothing}</p>"]
    lines = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    named = "".join(f"<th>{name}</th>" for name in head)
    return [f'<table class="wide"><tr>{named}</tr>', *(f"<tr>{line}</tr>" for line in lines), "</table>"]
