"""The devices of an organisation, what needs somebody first, and everything about one of them."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.equipment.state import LOG, Line
from coign.equipment.views import DEVICE, DeviceState, kind_words
from coign.kernel.errors import NotFound
from coign.kernel.subjects import Batch, Chain, Equipment
from coign.kernel.values import Actor, Instant
from coign.manufacturing.views import BATCH
from coign.people.views import SITE
from coign.service.tracing import Tracer
from coign.web import acting, running
from coign.web.devices.cleaning import CLEAN, IDLE, JUDGE_CLEANING, Cleaning, cleaning
from coign.web.reading import reader
from coign.web.storing.store import form, may
from coign.web.storing.tanks import tanks
from coign.web.templatetags.coign_words import instants_in_words
from coign.web.therapy.looking import every, states_of, visible
from coign.web.therapy.people import names_of

REGISTER, CALIBRATE, TAKE_OUT, RETURN, JUDGE = (
    f"equipment.{name}"
    for name in ("register", "calibrate", "take_out_of_service", "return_to_service", "assess_doubt")
)
#: A calibration that ends within this many days is said before it has ended.
SOON_DAYS = 30
_ORDER = ("stop", "not_yet", "look", "in_order")
_WHAT = {
    "registered": gettext_lazy("Registered with its qualification"),
    "in_order": gettext_lazy("Calibrated: in order"),
    "out_of_calibration": gettext_lazy("Calibrated: out of calibration"),
    "cleaned": gettext_lazy("Cleaned"),
    "cleaned_late": gettext_lazy("Cleaned later than its hold time allows"),
    "clean": gettext_lazy("Judged: clean although it was cleaned late"),
    "to_be_cleaned_again": gettext_lazy("Judged: to be cleaned again"),
    "taken_out": gettext_lazy("Taken out of service"),
    "returned": gettext_lazy("Returned to service"),
    "no_effect": gettext_lazy("Judged: no effect on what it was used on"),
    "effect": gettext_lazy("Judged: what it was used on is touched"),
    "freezing": gettext_lazy("Freezing"),
    "collection": gettext_lazy("Collection"),
}


def register(actor: Actor) -> dict[str, Any]:
    """Every device of this organisation, and its storage tanks, which are qualified on pages of their own."""
    return {
        "rows": devices(actor),
        "tanks": tanks(actor)["rows"],
        "tanks_url": reverse("tanks"),
        "register_url": reverse("form", args=[REGISTER]) if may(REGISTER, actor) else "",
    }


def devices(actor: Actor) -> list[dict[str, Any]]:
    """One line a device, what needs somebody first."""
    now = acting.now()
    rows = [_row(device, state, now) for device, state in _devices(actor).items()]
    return sorted(rows, key=lambda row: (_ORDER.index(row["status"]), row["kind"], row["title"]))


def _devices(actor: Actor) -> dict[Equipment, DeviceState]:
    found = {d: s for d, s in every(DEVICE, Equipment).items() if s.organisation == actor.organisation}
    seen = visible(found, actor.organisation)
    return {d: s for d, s in found.items() if d in seen}


def to_be_cleaned(actor: Actor) -> list[tuple[Equipment, Cleaning]]:
    """The devices in service that wait for a cleaning, or for the quality unit's word about one."""
    now = acting.now()
    found = [(d, cleaning(s, now)) for d, s in _devices(actor).items() if s.out_since is None]
    return sorted(
        [(d, c) for d, c in found if c is not None and c.act], key=lambda pair: (pair[1].until or "", pair[0])
    )


def _row(device: Equipment, state: DeviceState, now: Instant) -> dict[str, Any]:
    status, word = standing(state, now)
    found = cleaning(state, now)
    return {
        "status": status,
        "word": word,
        "title": device.identifier,
        "kind": capfirst(kind_words(state.kind)),
        "model": state.model,
        "due": state.due.moment if state.due is not None else None,
        "doubt": bool(state.doubts),
        "fact": found.said if found is not None and found.status == status else "",
        "idle": found is not None and found.status == status == IDLE,
        "url": reverse("device", args=[device.identifier]),
    }


def standing(state: DeviceState, now: Instant) -> tuple[str, str]:
    """Whether it may be used, and whether somebody should do something soon."""
    if state.out_since is not None:
        return "not_yet", _("Out of service")
    if state.failed_at is not None:
        return "stop", _("Out of calibration")
    if state.not_usable_because(now):
        return "stop", _("Overdue")
    if (found := cleaning(state, now)) is not None and found.status != "in_order":
        return found.status, found.word
    if state.not_usable_because(now.plus(days=SOON_DAYS)):
        return "look", _("Due within %d days") % SOON_DAYS
    return "in_order", _("In use")


# One device


def one_device(name: str, actor: Actor) -> dict[str, Any]:
    """Everything about one device."""
    device = Equipment(f"equipment:{name}")
    state, now = _devices(actor).get(device), acting.now()
    if state is None or state.site is None:
        raise NotFound(f"there is no device {name}")
    why = state.not_usable_because(now)
    status, word = standing(state, now)
    found = cleaning(state, now)
    return {
        "device": device,
        "status": status,
        "word": word,
        "why": instants_in_words(f"{device.identifier} {why}") if why else "",
        "kind": capfirst(kind_words(state.kind)),
        "model": state.model,
        "place": states_of(SITE, [state.site])[state.site].name,
        "due": state.due.moment if state.due is not None else None,
        "unclean": state.used_for is not None,
        "cleaning": found,
        "clock": found.clock(now) if found is not None else None,
        "doubts": [{"since": d.since.moment, "until": d.until.moment} for d in state.doubts],
        "concerned": _concerned(device, state, actor),
        "lines": _lines(states_of(LOG, [device])[device].lines, actor),
        "buttons": _buttons(device, state, found, actor),
        "history_url": reverse("subject", args=[str(device)]),
        "trace_url": reverse("trace", args=[str(device)]),
    }


def _concerned(device: Equipment, state: DeviceState, actor: Actor) -> list[dict[str, Any]]:
    """The batches that stand still by it: those it was used on between the last good calibration and the bad one."""
    if not state.doubts:
        return []
    tracer = Tracer(reader().connection, running.service().ledger_id, reader().folding)
    # All of them: what was touched before as well stands in the trace by its first time.
    found = tracer.trace(device, sees_for=actor.organisation)
    batches = [Batch(str(hit.subject)) for hit in found.hits if hit.subject.kind == "batch"]
    made = states_of(BATCH, batches)
    stand_still = [b for b in batches if any(_in_doubt(use.equipment, use.at, device, state) for use in made[b].uses)]
    return [{"batch": b.identifier, "url": _therapy(made[b].chain)} for b in sorted(stand_still)]


def _in_doubt(used: Equipment, at: Instant, device: Equipment, state: DeviceState) -> bool:
    return used == device and state.in_doubt_because(at) is not None


def _therapy(chain: Chain | None) -> str:
    return reverse("journey", args=[str(chain)]) if chain is not None else ""


def _lines(lines: Iterable[Line], actor: Actor) -> list[dict[str, Any]]:
    """Newest first; a use with its batch, or with the therapy that was collected for."""
    kept = list(lines)
    people = names_of((line.by for line in kept), str(actor.organisation))
    seen = visible([line.chain for line in kept if line.chain is not None], actor.organisation)
    return [
        {
            "at": line.at.moment,
            "what": str(_WHAT.get(line.what) or _step(line.what)),
            "by": people[line.by],
            "beside": (line.batch or line.chain or line.by).identifier if line.chain in seen else "",
            "url": _therapy(line.chain) if line.chain in seen else "",
        }
        for line in reversed(kept)
    ]


def _step(what: str) -> str:
    """A step of production by the title that a programme gives it."""
    steps = (step for version in running.service().programmes.all() for step in version.steps)
    return next((step.title for step in steps if step.id == what), what)


def _buttons(device: Equipment, state: DeviceState, found: Cleaning | None, actor: Actor) -> list[dict[str, str]]:
    out = state.out_since is not None
    wanted = (
        (JUDGE, _("Judge what its error touches"), bool(state.doubts)),
        (JUDGE_CLEANING, _("Judge its late cleaning"), found is not None and found.act == JUDGE_CLEANING),
        (CLEAN, _("Record a cleaning"), True),
        (CALIBRATE, _("Record a calibration"), True),
        (TAKE_OUT, _("Take it out of service"), not out),
        (RETURN, _("Return it to service"), out),
    )
    return [
        {"label": label, "url": form(action, {"equipment": str(device)})}
        for action, label, fits in wanted
        if fits and may(action, actor)
    ]
