"""What can be seen from outside on any page: who is kept out of it, what sticks out, what covers what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, Response
from tests.browsing import LAID_OUT

AXE = Path(__file__).parents[2] / "frontend" / "checks" / "axe.min.js"
#: People with whom a page of one kind is looked at; what the next ones see says nothing new.
PEOPLE_EACH = 2
#: Pages that each role sees in its own way.
OF_THE_ROLE = "/journeys/"
#: Not pages, or the end of the walk.
LEFT_OUT = ("/sign-out/", "/log/", "/api/", "/health", "/metrics", "/static/", "/account/factors/recovery/file/")
LINKS = """() => [...document.querySelectorAll('a[href]:not([download])')]
  .map((e) => new URL(e.getAttribute('href'), location).href)"""
NOT_ONE_HEADING = """() => { const found = [...document.querySelectorAll('h1')].filter((e) => e.checkVisibility());
  return found.length === 1 ? [] : [`${found.length}`]; }"""
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]),select,textarea,button,a[href],summary")]
  .filter((e) => e.checkVisibility())
  .filter((e) => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()
                   || e.querySelector('[role=img][aria-label]')))
  .map((e) => e.outerHTML.slice(0, 120))"""
DOUBLED = """() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [...new Set(ids.filter((id, n) => ids.indexOf(id) !== n))]; }"""
SKIPPED = """() => [...document.querySelectorAll('h1,h2,h3,h4')].filter((e) => e.checkVisibility())
  .map((e) => +e.tagName[1]).filter((n, i, all) => i > 0 && n > all[i - 1] + 1)"""
SIDEWAYS = """() => { const root = document.documentElement; const wide = root.clientWidth;
  if (root.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll('*')].filter((e) => { const r = e.getBoundingClientRect();
      return r.width > 1 && (r.right > wide + 1 || r.left < -1); })
    .slice(-4).map((e) => `${e.tagName}.${e.getAttribute('class') ?? ''} ${e.textContent.trim().slice(0, 30)}`)
    .concat(`${root.scrollWidth} px in ${wide}`); }"""
#: Controls that lie upon one another: what one presses must be what one sees.
COVERED = """() => {
  const shown = [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')]
    .filter((e) => e.checkVisibility({ checkVisibilityCSS: true }) && !e.closest('.c-hidden, .c-tray, dialog, svg'))
    .filter((e) => getComputedStyle(e).clipPath === 'none');
  const known = new Map();
  const fixed = (e) => { if (!e) return false; if (!known.has(e))
    known.set(e, ['fixed', 'sticky'].includes(getComputedStyle(e).position) || fixed(e.parentElement));
    return known.get(e); };
  const boxes = shown.filter((e) => !fixed(e)).map((e) => [e, [...e.getClientRects()]]);
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6;
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [one, ones] = boxes[i]; const [other, others] = boxes[j];
    if (one.contains(other) || other.contains(one)) continue;
    if (ones.some((a) => others.some((b) => meet(a, b))))
      found.push(`${one.textContent.trim().slice(0, 30)} | ${other.textContent.trim().slice(0, 30)}`);
  }
  return found.slice(0, 4); }"""
#: Words that are wider than the box they stand in and are cut there.
CUT = """() => [...document.querySelectorAll('.btn, .c-chip, .c-band dd, .c-band dt, h1, h2, h3')]
  .filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 2)
  .filter((e) => getComputedStyle(e).overflowX !== 'visible')
  .map((e) => e.textContent.trim().slice(0, 60))"""
#: Of rows that are all alike some are enough to be looked at closely.
THIN = """() => document.querySelectorAll('main tbody, main ol, main ul, main').forEach((list) =>
  [...list.children].slice(16).forEach((one) => one.remove()))"""
#: What is wrong, by name, in the order that it is looked for.
FAULTS = {
    "sideways": SIDEWAYS,
    "cut": CUT,
    "unnamed": UNNAMED,
    "ids": DOUBLED,
    "headings": SKIPPED,
    "h1": NOT_ONE_HEADING,
    "covered": f"() => {{ ({THIN})(); return ({COVERED})(); }}",
}
#: What a part of a page is made of: each element by the one it stands in, its class, what tells it to those who do not
#: see it, and whether it says anything. Two parts made of the same are alike to axe.
MADE_OF = r"""(part) => {
  const own = (e) => `${e.tagName}.${[...e.classList].sort().join('.')}`;
  const told = (e) => e.getAttributeNames().filter((a) => /^(aria-|role$|type$|tabindex$|alt$|lang$)/.test(a))
    .map((a) => /^(role|type)$/.test(a) ? `${a}=${e.getAttribute(a)}` : a).sort();
  const says = (e) => [Boolean(e.textContent.trim()), Boolean(e.labels?.length)];
  return [...new Set([...document.querySelectorAll(`${part}, ${part} *:not(svg *, option)`)].map((e) =>
    [e.parentElement && own(e.parentElement), own(e), ...told(e), ...says(e)].join(' ')))]; }"""
RUN_AXE = """async (part) => (await axe.run(document.querySelector(part), { resultTypes: ['violations'], preload: false,
    selectors: false, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations
  .filter((v) => ['serious', 'critical'].includes(v.impact))
  .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' || ')}`)"""


@dataclass
class Walk:
    """From the first page along the links, one page of each kind; over all people each kind a few times only."""

    base: str
    seen: dict[str, int] = field(default_factory=dict)

    def pages(self, page: Page, depth: int = 3) -> Iterator[str]:
        """Open page after page as this person; gives the path of each."""
        self.page, self.own = page, {"/"}
        waiting = [("/", depth)]
        while waiting:
            path, left = waiting.pop(0)
            answer = opened(self.page, self.base + path)
            if answer is None or "text/html" not in answer.headers.get("content-type", ""):
                continue
            yield path
            if left:
                waiting += [(link, left - 1) for link in self._links()]

    def _links(self) -> Iterator[str]:
        for address in self.page.evaluate(LINKS):
            split = urlsplit(address)
            if not address.startswith(self.base) or split.path.endswith(".pdf") or split.path.startswith(LEFT_OUT):
                continue
            kind = kind_of(split.path)
            if kind in self.own or (self.seen.get(kind, 0) >= PEOPLE_EACH and not kind.startswith(OF_THE_ROLE)):
                continue
            self.own.add(kind)
            self.seen[kind] = self.seen.get(kind, 0) + 1
            yield split.path + (f"?{split.query}" if split.query else "")


def kind_of(path: str) -> str:
    """`/journeys/chain:X/do/thaw/` → `/journeys/*/do/thaw/`: pages that differ only in what they are about."""
    parts = path.split("/")
    return "/".join("*" if re.search(r"[:.%\d]", p) or p.isupper() else p for p in parts)


def opened(page: Page, address: str) -> Response | None:
    """The answer to a page that has loaded, whether anything is painted or not."""
    answer = page.goto(address, wait_until="domcontentloaded")
    page.evaluate(LAID_OUT)
    return answer


def faults(page: Page, *names: str) -> list[str]:
    """Everything that is wrong on this page as it stands in its window, or what has these names.

    Of long lists the rest is gone afterwards.
    """
    asked = ", ".join(f"{name}: ({FAULTS[name]})()" for name in names or FAULTS)
    found: dict[str, list[Any]] = page.evaluate(f"() => ({{{asked}}})")
    return [f"{name}: {what}" for name, what in found.items() if what]


def holds_something_new(page: Page, part: str, known: set[str]) -> bool:
    """Whether this part of the page is made of more than what is known, which it is from now on."""
    found = set(page.evaluate(MADE_OF, part)) - known
    known |= found
    return bool(found)


def kept_out(page: Page, part: str = "html") -> list[str]:
    """What axe finds that keeps people out, seriously or entirely."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE, part)
    return found
