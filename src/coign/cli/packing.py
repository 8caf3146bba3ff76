"""`coign pack`: one therapy with everything that proves it. `coign export`: any records, with every version."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer, say

if TYPE_CHECKING:
    from coign.database import Database
    from coign.service import Settings
    from coign.service.packing import Packed


def add_commands(commands: Any) -> None:
    """Add `pack` and `export`."""
    about = "One therapy with everything that proves it, in one file that `coign verify` checks anywhere."
    pack = commands.add_parser("pack", help="a therapy as a file that proves itself", description=about)
    pack.add_argument("chain", metavar="CHAIN", nargs="?", help="the therapy: chain:…, or what comes after the colon")
    pack.add_argument("-o", dest="file", metavar="FILE", type=Path, help="the file to write")
    pack.add_argument("--redact", default="", metavar="ROLE", help="withhold what somebody of this role may not read")
    pack.add_argument("--names", action="store_true", help="also open who the patient is, for a role that may know it")
    pack.add_argument("--entry", type=int, metavar="POSITION", help="one entry with its proof, instead of a therapy")
    pack.add_argument("--list", action="store_true", dest="listed", help="the therapies there are, infused ones first")
    pack.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    pack.add_argument("--debug", action="store_true", help="show where a defect comes from")
    pack.set_defaults(run=_pack)
    about = "Any set of records for people and machines: entries, every version of every value, signatures, proofs."
    export = commands.add_parser("export", help="any records with all versions of their values", description=about)
    export.add_argument("subjects", metavar="SUBJECT", nargs="+", help="kind:identifier; a chain: all of its therapy")
    export.add_argument("-o", dest="file", metavar="FILE", type=Path, required=True, help="the file to write")
    export.add_argument("--redact", default="", metavar="ROLE", help="withhold what somebody of this role may not read")
    export.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    export.add_argument("--debug", action="store_true", help="show where a defect comes from")
    export.set_defaults(run=_export)


def _pack(given: argparse.Namespace) -> int:
    from coign.kernel.errors import Invalid

    if given.listed:
        return _list(given)
    if given.file is None or bool(given.chain) == (given.entry is not None):
        raise Invalid.at("-o" if given.file is None else "CHAIN", "`coign pack CHAIN -o FILE`, or `coign pack --list`")
    if given.names and not given.chain:
        raise Invalid.at("--names", "one entry opens nothing: names go into a pack of a therapy for a role")
    return _write(given) if given.chain else _write_entry(given)


def _list(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.ledger.store import connect
    from coign.service import LEDGER_ID, Settings
    from coign.service.packing import therapies
    from coign.service.reading import opened

    with running(Settings.read().home) as database:
        opened(database)
        with connect(database.reader_dsn) as connection:
            found = therapies(connection, LEDGER_ID)
    lines = [f"{each.chain}  {each.stage:14} {each.entries:6,}  {each.programme}" for each in found]
    answer({"ok": True, "chains": [asdict(each) for each in found]}, "\n".join(lines), as_json=given.as_json)
    return 0


def _write(given: argparse.Namespace) -> int:
    from hashlib import sha256

    from coign.database import running
    from coign.kernel.errors import Invalid
    from coign.kernel.subjects import Chain
    from coign.service import Settings
    from coign.service.packing import pack_of
    from coign.service.trace_file import write_aside

    try:
        chain = Chain.parse(given.chain if ":" in given.chain else f"chain:{given.chain}")
    except ValueError as error:
        raise Invalid.at("CHAIN", str(error)) from error
    settings = Settings.read()
    with running(settings.home) as database:
        found = pack_of(database, settings, str(chain), given.redact, names=given.names)
        if found.opened:
            _enter_copy(database, settings, str(chain), found)
    write_aside(given.file, found.data)
    say(f"`coign verify {given.file}` checks it.")
    if found.names:
        say("It says who the patient is. No erasure reaches a file that was handed out: know who has it.")
    told = {
        "ok": True, "chain": str(chain), "file": str(given.file), "bytes": len(found.data),
        "sha256": sha256(found.data).hexdigest(), "entries": found.entries, "withheld": found.withheld,
        "checkpoint": {"size": found.size, "root": found.root}, "opened": found.opened,
    }  # fmt: skip
    text = (
        f"{given.file}: {chain}, {found.entries} entries and {found.withheld} withheld of a record of {found.size:,}, "
        f"{found.opened} values of the vault opened, {len(found.data):,} bytes"
    )
    answer(told, text, as_json=given.as_json)
    return 0


def _enter_copy(database: "Database", settings: "Settings", chain: str, found: "Packed") -> None:
    """Opened values leave only when that is entered; at a command nobody signed in, so it is the record that acts."""
    from coign.service import Service, prepare
    from coign.service.heads import ACTOR

    prepare(database)
    with Service.on(database, settings, background=False, records=False) as service:
        if found.names:
            service.look(ACTOR, found.names, "coign pack")
        service.taken(ACTOR, found.what(chain), found.data, "coign pack")


def _write_entry(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.service import Settings
    from coign.service.packing import entry_of
    from coign.service.trace_file import write_aside

    settings = Settings.read()
    with running(settings.home) as database:
        content = entry_of(database, settings, given.entry)
    write_aside(given.file, content)
    say(f"`coign verify {given.file}` checks it.")
    told = {"ok": True, "entry": given.entry, "file": str(given.file), "bytes": len(content)}
    answer(told, f"{given.file}: entry {given.entry}, {len(content):,} bytes", as_json=given.as_json)
    return 0


def _export(given: argparse.Namespace) -> int:
    from hashlib import sha256

    from coign.database import running
    from coign.service import Settings
    from coign.service.exporting import export_of, subjects_of
    from coign.service.trace_file import write_aside

    subjects, settings = subjects_of(given.subjects), Settings.read()
    with running(settings.home) as database:
        found = export_of(database, settings, subjects, given.redact)
    write_aside(given.file, found.data)
    told = {
        "ok": True, "subjects": list(subjects), "file": str(given.file), "bytes": len(found.data),
        "sha256": sha256(found.data).hexdigest(), "entries": found.entries, "withheld": found.withheld,
    }  # fmt: skip
    named = ", ".join(subjects)
    text = f"{given.file}: {named}, {found.entries} entries and {found.withheld} withheld, {len(found.data):,} bytes"
    answer(told, text, as_json=given.as_json)
    return 0
