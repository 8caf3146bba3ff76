"""What pages load besides themselves: one name for one content, so that a station fetches each file once.

The address of all files holds a hash of all of them. A browser may keep them for ever, and after an upgrade asks for
the new ones by their new address.
"""

import hashlib
from pathlib import Path

import allauth

STATIC = Path(__file__).parent / "static"


def address(folder: Path = STATIC) -> str:
    """Below which the files of this version are served; files of libraries count by their version."""
    digest = hashlib.sha256(allauth.__version__.encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return f"/static/{digest.hexdigest()[:16]}/"
