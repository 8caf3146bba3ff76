"""The page that checks a pack in a browser without a network: one file, written apart from the Python beside it."""

import json
from functools import cache
from importlib.resources import files

from coign_verify.account import STYLE

_TRACKERS = (
    "units", "therapies", "findings", "cells_counted", "ways", "plant", "batches", "reactions", "people", "houses",
    "keeping", "steps",
)  # fmt: skip
_INVARIANTS = (
    "model", "terms", *(f"trackers/{name}" for name in _TRACKERS),
    "bedside", "doses", "therapies", "planned", "cells", "ways", "plant", "measured", "reactions", "people", "order",
    "days", "houses", "keeping", "making", "testing", "record", "replay",
)  # fmt: skip
#: Each uses what those before it hold.
SCRIPTS = (
    "bytes.js", "json.js", "archive.js", "notes.js", "log_keys.js", "tree.js", "signatures.js", "account.js",
    "manifest.js", "openings.js", *(f"invariants/{name}.js" for name in _INVARIANTS), "pack.js", "view.js",
)  # fmt: skip


@cache
def page() -> bytes:
    """The page, whole; put together once."""
    folder = files(__name__)
    scripts = [f"const ACCOUNT_STYLE = {json.dumps(STYLE)};", *((folder / name).read_text("utf-8") for name in SCRIPTS)]
    return (folder / "page.html").read_text("utf-8").replace("/*SCRIPTS*/", "\n".join(scripts)).encode()
