"""The first page of an inspector: what they are here for, what is out of order in it, proof, and copies."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign.access import VIEWS
from coign.access.views import COPIES
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Chain
from coign.kernel.values import Actor
from coign.ledger.states import Folding
from coign.manufacturing.views import SLOT
from coign.people.views import SITE
from coign.records import reading as records
from coign.records.journey import Journey
from coign.service.states import States
from coign.web import running
from coign.web.inspection.narrowing import inspection_of
from coign.web.links import reverse
from coign.web.reading import reader
from coign.web.therapy.looking import entries_at, open_to_the_house, states_of, visible
from coign.web.therapy.proof import OPENED_IN_A_PACK, proof_of_record
from coign.web.therapy.story import name_of, programme_of
from coign.web.therapy.track import local_day

J = TypeVar("J")
#: As many therapies as a page holds; the older ones are a click away.
THERAPIES_MAX = 25
#: To find those of which this reader may know that something is out of order, so many are looked into for a page.
LOOKED_INTO_MAX = 50
#: In each of them so many acts, the newest.
ACTS_MAX = 40
OUT_OF_ORDER, ALL = "out-of-order", "all"
_DEVIATION, _CORRECTION = "quality.deviation_opened.v1", "correction.value_corrected.v1"
#: What is out of order, the worst first.
KINDS = ("deviation", "observed", "refused", "corrected")


@dataclass(frozen=True, slots=True)
class Odd:
    """What is out of order in one therapy, by kind, as far as this reader may know."""

    counts: Counter[str]

    @property
    def all(self) -> int:
        """How much there is to look into."""
        return sum(self.counts.values())

    def words(self) -> str:
        """In one line."""
        said = {
            "deviation": ngettext("%d deviation", "%d deviations", self.counts["deviation"]),
            "observed": ngettext("%d act outside the rules", "%d acts outside the rules", self.counts["observed"]),
            "refused": ngettext("%d refusal", "%d refusals", self.counts["refused"]),
            "corrected": ngettext("%d correction", "%d corrections", self.counts["corrected"]),
        }
        return ", ".join(said[kind] % self.counts[kind] for kind in KINDS if self.counts[kind])


@dataclass(frozen=True, slots=True)
class Page:
    """Therapies in scope that are shown at once, newest first, and what is out of order in them."""

    show: str
    journeys: list[Journey]
    odd: Mapping[str, Odd]
    #: The next page is of what was touched before this entry; None: there is none.
    older: int | None


def room(actor: Actor, asked: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the page shows besides what waits.

    `asked`: `show`, which therapies, and `before`, of an older page. Without them those with something out of order
    are shown, or all where there are none. As many queries for many therapies as for one, and all grow with the page
    and not with the scope, but for counting and for the list of what an inspection by product or site is narrowed to.
    """
    before, ledger_id = _before(asked), running.service().ledger_id
    page = _page(actor, _show(asked), before)
    if not page.journeys and "show" not in asked:
        page = _page(actor, ALL, before)
    with reader().connection() as connection:
        count = records.count_journeys(connection, ledger_id, str(actor.organisation))
    chains = [Chain(j.chain) for j in page.journeys if j.chain]
    slots, seen = states_of(SLOT, chains), visible(chains, actor.organisation)
    batches = {str(chain): slots[chain].batch for chain in chains if chain in seen}
    rows = [_row(j, page.odd[j.root], batches.get(j.chain)) for j in page.journeys]
    rows.sort(key=lambda row: row["odd"], reverse=True)
    return {
        "inspection": _inspection(actor, count),
        "next": _next(rows) if "before" not in asked else None,
        "therapies": rows,
        "ways": _ways(page.show),
        "older": f"?show={page.show}&before={page.older}#therapies" if page.older is not None else "",
        "proof": _proof(),
        "copies": _copies(actor),
        "opened": OPENED_IN_A_PACK,
    }


def _show(asked: Mapping[str, str]) -> str:
    show = asked.get("show", OUT_OF_ORDER)
    if show not in (OUT_OF_ORDER, ALL):
        raise Invalid.at("show", f"expected {OUT_OF_ORDER} or {ALL}")
    return show


def _before(asked: Mapping[str, str]) -> int:
    before = asked.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= 15):
        raise Invalid.at("before", "expected the number of an entry")
    return int(before) if before else records.BEYOND


def _page(actor: Actor, show: str, before: int) -> Page:
    """Whether a reader may know of what is out of order stands in the entry: more are looked into than are shown."""
    odd_only = show == OUT_OF_ORDER
    at_most = LOOKED_INTO_MAX if odd_only else THERAPIES_MAX
    with reader().connection() as connection:
        found = records.journeys(
            connection, running.service().ledger_id, str(actor.organisation),
            at_most=at_most + 1, before=before, odd=odd_only,
        )  # fmt: skip
    odd = odd_in([j.root for j in found[:at_most]], actor)
    shown, last = cut(found, lambda j: odd[j.root].all > 0 or not odd_only, looked_into=at_most, shown=THERAPIES_MAX)
    return Page(show, shown, odd, last.position if last is not None else None)


def cut(found: Sequence[J], wanted: Callable[[J], bool], *, looked_into: int, shown: int) -> tuple[list[J], J | None]:
    """What a page shows of what was found, and after which one the next page goes on; None: there is no more."""
    kept: list[J] = []
    for last in found[:looked_into]:
        if wanted(last):
            kept.append(last)
        if len(kept) == shown:
            break
    return kept, last if found and last is not found[-1] else None


def _ways(show: str) -> list[tuple[str, str, bool]]:
    named = ((OUT_OF_ORDER, _("Something out of order")), (ALL, _("All in scope")))
    return [(words, f"?show={each}#therapies", each == show) for each, words in named]


def _inspection(actor: Actor, count: int) -> dict[str, Any]:
    """What the inspection is about, in words, and when it ends."""
    grant = inspection_of(actor)
    scope = grant.scope if grant is not None else None
    lists: list[tuple[str, list[str]]] = []
    if scope is not None:
        lists = [
            (_("Therapies"), [t.identifier for t in scope.therapies]),
            (_("Products"), [p.identifier.capitalize() for p in scope.products]),
            (_("Sites"), [reader().state(SITE, s).name or s.identifier for s in scope.sites]),
        ]
    return {
        "house": name_of(actor.organisation),
        "until": local_day(grant.until) if grant is not None and grant.until is not None else "",
        "scope": [(label, ", ".join(named)) for label, named in lists if named],
        "whole": scope is None,
        "count": count,
    }


def _next(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one thing to look into now: the therapy in which most is out of order."""
    if not rows:
        return None
    first = rows[0]
    return {
        "eyebrow": _("Next for you"),
        "status": first["status"],
        "title": _("Look into therapy %s") % first["title"],
        "sentence": first["words"] or _("Nothing in it is out of order so far. Read it from the order on."),
        "primary": {"label": _("Open the therapy"), "kind": "primary", "big": True, "url": first["url"]},
        "others": [button for button in first["buttons"] if button["url"] != first["url"]],
    }


def _row(journey: Journey, odd: Odd, batch: Batch | None) -> dict[str, Any]:
    programme, named = programme_of(journey), journey.chain or journey.root
    stage = next((s.title for s in programme.stages if s.id == journey.stage), "") if programme is not None else ""
    worst = odd.counts["deviation"] + odd.counts["observed"]
    buttons: list[dict[str, Any]] = []
    if batch is not None:
        buttons.append({"label": _("Audit trail"), "url": reverse("audit-trail", args=[journey.root])})
    if journey.chain:
        buttons += [
            {"label": _("Pack"), "url": reverse("pack", args=[journey.root]), "download": True},
            {"label": _("Export"), "url": reverse("export", args=[journey.chain]), "download": True},
        ]
    return {
        "title": named.partition(":")[2],
        "product": programme.product_name if programme is not None else "",
        "batch": batch.identifier if batch is not None else "",
        "batch_url": reverse("subject", args=[str(batch)]) if batch is not None else "",
        "where": name_of(journey.centre),
        "stage": _("Ended") if journey.ended else stage,
        "odd": (worst, odd.all),
        "words": odd.words(),
        "status": "look" if worst else "running" if odd.all else "in_order",
        "word": odd.words() or _("Nothing out of order"),
        "url": reverse("journey", args=[journey.root]),
        "buttons": buttons,
    }


def odd_in(roots: list[str], actor: Actor) -> dict[str, Odd]:
    """What this reader may know to be out of order in each of these therapies; as many queries for many as for one.

    Refusals, observed acts, deviations, corrections. Counted are also those that name another therapy's things, whose
    contents are withheld: a swapped bag is what an inspector comes for. Opens at most `ACTS_MAX` entries of each.
    """
    with reader().connection() as connection:
        told = records.odd_acts(connection, running.service().ledger_id, roots, each=ACTS_MAX)
    entries = entries_at(sorted({position for _root, position, _outcome, _facts in told}))
    open_to = {e.position for e in open_to_the_house(entries, actor.organisation)}
    found: dict[str, Counter[str]] = {root: Counter() for root in roots}
    for root, position, outcome, facts in told:
        if position in open_to:
            kinds = {outcome} & {"observed", "refused"}
            kinds |= {kind for kind, fact in (("deviation", _DEVIATION), ("corrected", _CORRECTION)) if fact in facts}
            found[root].update(kinds)
    return {root: Odd(counts) for root, counts in found.items()}


def _proof() -> dict[str, Any]:
    """The seal of the record, with the check that asks nobody, and that of the newest entry."""
    seal = proof_of_record()
    check = _("Page that checks packs offline")
    page = {"label": check, "icon": "shield-check", "url": reverse("offline-check"), "download": True}
    return seal | {"actions": [*seal.get("actions", []), page]}


def _copies(actor: Actor) -> str:
    """How many copies they took away so far; the access ledger holds each."""
    service = running.service()
    taken = States(reader().connection, -service.ledger_id, Folding(VIEWS)).of(COPIES, actor.person)
    if not taken.count or taken.last_at is None:
        return _("You have taken no copy so far. Each one bears your name and is entered.")
    said = ngettext("You took %(n)d copy, on %(day)s.", "You took %(n)d copies, the last on %(day)s.", taken.count)
    return said % {"n": taken.count, "day": local_day(taken.last_at)}
