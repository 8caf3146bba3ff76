"""What can be proved about a therapy now, said as plainly as it is: how far, by whom seen, and what is missing."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.service.opening import TAKES_PACKS
from coign.web import running
from coign.web.reading import reader
from coign.web.templatetags.coign_words import moment
from coign.web.therapy.story import Story
from coign.web.witnessed import each_witness, stamped, witnessed

#: Said where a pack is taken, so that nobody hands on more than they know of.
OPENED_IN_A_PACK = gettext_lazy(
    "A pack opens the texts about the therapy that you may read; who the patient is stays in the vault."
)


def proof(story: Story) -> dict[str, Any]:
    """The values of the `seal_of_proof` building block, for one therapy."""
    newest = max((a.position for a in story.acts), default=-1)
    sealed = newest < _size()
    first = (
        _("Each entry can be proved against the checkpoint.")
        if sealed
        else _("The newest entries wait for the next checkpoint.")
    )
    seal = _seal(_("%s entries about this therapy that you may see") % f"{len(story.acts):,}", first, newest + 1)
    if story.actor.role in TAKES_PACKS and story.coi and _size():
        pack, page = reverse("pack", args=[story.journey.root]), reverse("offline-check")
        seal["sentence"] += f" {OPENED_IN_A_PACK}"
        seal["actions"] += [
            {"label": _("Pack to hand over"), "icon": "package-export", "url": pack, "download": True},
            {
                "label": _("Export with every version"),
                "icon": "download",
                "url": reverse("export", args=[story.journey.chain]),
                "download": True,
            },
            {"label": _("Page that checks it"), "icon": "shield-check", "url": page, "download": True},
        ]
    return seal


def proof_of_record() -> dict[str, Any]:
    """The same for the whole record."""
    head = reader().head()
    if head.read_only:
        return _seal(_("Nothing can be recorded: %s") % head.read_only, "") | {"witnesses": each_witness()}
    return _seal(
        _("The record holds %s entries") % f"{head.size:,}", _("Nobody can change, move or remove one unseen.")
    ) | {"witnesses": each_witness()}


def _size() -> int:
    published = reader().checkpoint()
    return published[0] if published is not None else 0


def _seal(verdict: str, first: str, covers: int = 0) -> dict[str, Any]:
    """What holds for every proof: how far the record is sealed and verified, and who has seen it."""
    verified, seen = reader().verified(), witnessed()
    words = [first] if first else []
    words.append(
        _("The whole record was last verified up to entry %(size)s, %(at)s.")
        % {"size": f"{verified[0]:,}", "at": moment(timezone.localtime(verified[1]))}
        if verified and verified[0]
        else _("No complete round of verification has finished yet.")
    )
    words.append(seen.sentence)
    if (stamp := stamped()) is not None:
        words.append(stamp.sentence)
    whole = not (reader().head().read_only or running.service().problems)
    return {
        "status": "stop" if not whole else seen.status if seen.size >= covers else "look",
        "verdict": verdict,
        "sentence": " ".join(words),
        "checkpoint": _size() or None,
        "actions": [{"label": _("The log's checkpoint"), "icon": "shield-check", "url": reverse("checkpoint")}],
    }
