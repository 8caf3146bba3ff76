"""`coign trace`: everything that came out of something, or with --back that it came out of."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer, say

if TYPE_CHECKING:
    from coign.service.tracing import Trace

OK, INCOMPLETE = 0, 3


def add_commands(commands: Any) -> None:
    """Add `trace`."""
    trace = commands.add_parser("trace", help="where something went, or where it came from", description=__doc__)
    trace.add_argument("start", metavar="ID", help="kind:identifier, such as lot:L1, unit:…, person:…, room:…")
    trace.add_argument("--back", action="store_true", help="towards the donor and the materials")
    trace.add_argument("--since", default="", metavar="T", help="only what was touched from this instant on")
    trace.add_argument("-o", dest="file", metavar="FILE", type=Path, help="write it with its proof, for `coign verify`")
    trace.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    trace.add_argument("--debug", action="store_true", help="show where a defect comes from")
    trace.set_defaults(run=_trace)


def _trace(given: argparse.Namespace) -> int:
    import psycopg

    from coign.database import running
    from coign.perform.assemble import folding
    from coign.service import LEDGER_ID, Settings
    from coign.service.reading import opened
    from coign.service.trace_file import write_aside
    from coign.service.tracing import Tracer, instant_of, start_of

    start, since = start_of(given.start), instant_of(given.since)
    with running(Settings.read().home) as database:
        opened(database)
        tracer = Tracer(lambda: psycopg.connect(database.reader_dsn), LEDGER_ID, folding())
        found = tracer.trace(start, back=given.back, since=since)
        if given.file is not None:
            write_aside(given.file, tracer.file(found, back=given.back, since=since))
            say(f"Written to {given.file}; `coign verify {given.file}` checks it.")
    answer(found.as_json(), _text(found), as_json=given.as_json)
    return INCOMPLETE if found.behind else OK


def _text(found: "Trace") -> str:
    lines = [f"  {hit.subject!s:44} {hit.how:14} {hit.state}" for hit in found.hits]
    head = f"{found.start}: {len(found.hits)} found, over {found.size:,} entries (root {found.root[:16]}…)"
    if found.behind:
        head += f"\nThe lists are {found.behind:,} entries behind: ask again while the server runs."
    return "\n".join([head, *lines])
