"""The page that checks packs, open in a browser, and questions to it."""

import base64
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import fields
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from coign_verify.findings import Findings
from coign_verify.invariants import Terms
from coign_verify.pack_check import verify_pack
from coign_verify.page import page as offline_page
from coign_verify.trust import read_trust


class Here:
    """Asks the page what it would say."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def __call__(self, script: str, *given: Any) -> Any:
        return self.page.evaluate(f"async (given) => {{ const v = coignVerify; {script} }}", list(given))

    def packs(self, packs: Iterable[bytes], trust: str) -> Any:
        """What it finds in each of these."""
        script = """
          const [packs, trust] = given;
          const found = await Promise.all(packs.map((pack) => v.verifyPack(v.fromBase64(pack), v.trustFrom(trust))));
          return found.map(({ account, invariants, ...rest }) => rest)"""
        return self(script, [base64.b64encode(data).decode() for data in packs], trust)

    def replayed(self, told: Sequence[Any], terms: Terms) -> Any:
        """What is broken and met in histories; each with whether terms are given and whether entries may be missing."""
        script = """
          const stream = new Blob([v.fromBase64(given[0])]).stream().pipeThrough(new DecompressionStream("deflate"));
          const { different, told, terms } = await new Response(stream).json();
          const found = [];
          for (const [places, isGiven, partial] of told) {
            const entries = places.map((place) => different[place]);
            const keyChanges = await v.keyChangesIn(entries), held = new v.Terms(isGiven ? terms : {});
            const { broken, walk } = v.replay(entries, { partial, keyChanges, terms: held });
            const named = broken.map(({ position, invariant }) => `${position} ${invariant}`);
            found.push([named, Object.fromEntries(walk.held), Object.fromEntries(walk.notJudged)]);
          }
          return JSON.stringify(found)"""
        # Histories have most of their entries in common; what goes to a browser and back is slow, least so as one text.
        different = {id(entry): entry for entries, _, _ in told for entry in entries}
        place = {key: n for n, key in enumerate(different)}
        given = {
            "different": list(different.values()),
            "told": [([place[id(entry)] for entry in entries], *asked) for entries, *asked in told],
            "terms": {each.name: plain(getattr(terms, each.name)) for each in fields(terms)},
        }
        return json.loads(self(script, base64.b64encode(zlib.compress(json.dumps(given).encode(), 1)).decode()))


def plain(value: Any) -> Any:
    """As JSON says it: tuples with names as objects, sets and other tuples as lists, exact numbers as text."""
    if hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, Set | Sequence) and not isinstance(value, str):
        return [plain(each) for each in value]
    return format(value, "f") if isinstance(value, Decimal) else value


@contextmanager
def opened(browser: Browser, folder: Path, script: str = "") -> Iterator[Here]:
    """The page, opened from a file, with no network; `script` runs before its own."""
    file = folder / "verify.html"
    file.write_bytes(offline_page())
    context = browser.new_context(offline=True, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.add_init_script(script)
    page.goto(file.as_uri())
    yield Here(page)
    context.close()


def agree(here: Here, packs: Sequence[bytes], trust: str) -> list[Findings]:
    """Page and command come to the same answers, name the same place first, and prove and do not prove the same."""
    ours = [verify_pack(data, read_trust(trust)) for data in packs]
    for page, found in zip(here.packs(packs, trust), ours, strict=True):
        assert page["code"] == found.exit_code, (page["verdict"], found.verdict)
        first = [(p["position"], p["kind"]) for p in page["problems"][:1]]
        assert first == [(p.position, p.kind) for p in found.problems[:1]], (page["verdict"], found.verdict)
        if not found.problems:
            assert (page["proved"], page["notProved"]) == (found.proved, found.not_proved)
            assert page["witnesses"] == found.witnesses
    return ours
