"""What a pack's entries say, for people: a page made of them alone, so that whoever has them can make it anew."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "article{border-top:1px solid #a9aeb1;padding:.6rem 0}h3{font-size:1rem;margin:0}p{margin:.2rem 0}"
    "caption{text-align:left;font-weight:600;font-size:.85rem}"
    "table{border-collapse:collapse;margin:.3rem 0 0 1rem}th{text-align:left;font-weight:400;color:#565c65;"
    "padding-right:1rem;vertical-align:top;white-space:nowrap}td{overflow-wrap:anywhere}.mark{color:#8b0a03;"
    "font-weight:700}.opened{white-space:pre-wrap;border-left:3px solid #2e7d4f;padding-left:.4rem}"
    "@media print{article{break-inside:avoid}}"
)


def account(
    *, origin: str, chain: str, size: int, redacted: str, withheld: int, subjects: Sequence[str],
    entries: Sequence[Mapping[str, Any]], opened: Mapping[str, str],
) -> bytes:  # fmt: skip
    """The page. `entries`: as plain values, in their order; `subjects`: what the therapy consists of.

    `opened`: by commitment, the words that fit it.
    """
    own = set(subjects)
    of_it = [e for e in entries if own & _named(e)]
    others = [e for e in entries if not own & _named(e)]
    corrected = corrected_in(entries)
    head = [
        f"<h1>{escape(chain)}</h1>",
        f"<p>From the record {escape(origin)} as it was at {size} entries. {len(of_it)} entries about this therapy, "
        f"{len(others)} on which decisions in it rested, {withheld} withheld"
        f"{f' from the role {escape(redacted)}' if redacted else ''}.</p>",
        "<p>Names and free text are not in the record but in a vault: in their place stand commitments"
        f"{f', of which {len(opened)} are opened here' if opened else ''}. This page is made of the entries and "
        "openings beside it alone; <code>coign-verify</code> checks them, and that this page is theirs.</p>",
    ]
    if any(f["type"] == "ledger.opened.v1" and f["body"].get("demonstration") for e in entries for f in _facts(e)):
        head.append('<p class="mark">A demonstration: every person, patient and value in it is invented.</p>')
    body = [
        *head,
        f"<h2>What it consists of</h2><p>{', '.join(map(escape, subjects))}</p>",
        "<h2>What happened</h2>", *(article(e, corrected, opened) for e in of_it),
        "<h2>What decisions rested on</h2>", *(article(e, corrected, opened) for e in others),
    ]  # fmt: skip
    page = [
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(chain)}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>',
        *body,
        "</body></html>\n",
    ]
    return "\n".join(page).encode()


def _named(entry: Mapping[str, Any]) -> set[str]:
    return {each["subject"] for each in entry["about"]} | set(entry["refs"])


def _facts(entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    facts: Sequence[Mapping[str, Any]] = entry["intent"]["facts"]
    return facts


def corrected_in(entries: Sequence[Mapping[str, Any]]) -> dict[tuple[int, str, str], str]:
    """By entry, fact and field: what counts in place of a recorded value, and which entry says so."""
    found = {}
    for entry in entries:
        for fact in _facts(entry):
            if fact["type"] == "correction.value_corrected.v1" and entry["outcome"] != "refused":
                told = fact["body"]
                said = f"corrected to {told['after']} {told['unit']}".rstrip() + f" by entry {entry['position']}"
                found[told["entry"], told["fact"], told["name"]] = said
    return found


def article(entry: Mapping[str, Any], corrected: Mapping[tuple[int, str, str], str], opened: Mapping[str, str]) -> str:
    intent, signature = entry["intent"], entry["signature"]
    actor = intent["actor"]
    time, at = entry["time"], entry["position"]
    domain, _, verb = intent["action"].partition(".")
    who = f"{actor['person']}, {actor['role']}, {actor['organisation']}"
    signed = f"; signed ({signature['method']}), meaning: {intent['meaning']}" if signature else ""
    lines = [
        f'<article id="e{at}"><h3>{escape(_words(verb.partition(".")[0]).capitalize())} '
        f"({escape(_words(domain))})"
        f"{_mark(entry)}</h3>",
        f"<p>Entry {at}, {escape(f'{time[:10]} {time[11:19]} UTC, by {who}{signed}')}</p>",
    ]
    if intent["reason"]:
        lines.append(f"<p>Reason: {_in_the_vault(intent['reason'], opened)}</p>")
    for fact in _facts(entry):
        rows = "".join(
            f"<tr><th>{escape(_words(name))}</th><td>{_value(value, opened)}"
            f"{_marked(corrected.get((at, fact['type'], name), ''))}</td></tr>"
            for name, value in sorted(fact["body"].items())
        )
        lines.append(f"<table><caption>{escape(fact['type'])}</caption>{rows}</table>")
    return "\n".join([*lines, "</article>"])


def _mark(entry: Mapping[str, Any]) -> str:
    if entry["outcome"] == "done":
        return ""
    unmet = f": {', '.join(entry['unmet'])}" if entry["unmet"] else ""
    return _marked(entry["outcome"] + unmet)


def _marked(text: str) -> str:
    return f' <span class="mark">{escape(text)}</span>' if text else ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any, opened: Mapping[str, str]) -> str:
    match value:
        case None | "" | []:
            return "—"
        case bool():
            return "yes" if value else "no"
        case {"commitment": str(commitment)}:
            return _in_the_vault(commitment, opened)
        case list():
            return "; ".join(_value(each, opened) for each in value)
        case dict():
            named = sorted(value.items())
            return ", ".join(f"{escape(_words(str(name)))} {_value(each, opened)}" for name, each in named)
    return escape(str(value))


def _in_the_vault(commitment: str, opened: Mapping[str, str]) -> str:
    short = escape(f"{commitment[:16]}…")
    if commitment not in opened:
        return f"in the vault (commitment {short})"
    words = f'<span class="opened">{escape(opened[commitment])}</span>'
    return f"{words} (opened: the words fit the commitment {short})"
