"""What can be proved about a therapy now, said as plainly as it is: how far, by whom seen, and what is missing."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coign.web import running
from coign.web.reading import reader
from coign.web.templatetags.coign_words import moment
from coign.web.therapy.story import Story


def proof(story: Story) -> dict[str, Any]:
    """The values of the `seal_of_proof` building block."""
    count, head = len(story.acts), reader().head()
    published, verified = reader().checkpoint(), reader().verified()
    size = published[0] if published is not None else 0
    newest = max((a.position for a in story.acts), default=-1)
    sealed = newest < size
    words = [_("Each entry can be proved against the checkpoint.")] if sealed else []
    if not sealed:
        words.append(_("The newest entries wait for the next checkpoint."))
    words.append(
        _("The whole record was last verified up to entry %(size)s, %(at)s.")
        % {"size": f"{verified[0]:,}", "at": moment(timezone.localtime(verified[1]))}
        if verified and verified[0]
        else _("No complete round of verification has finished yet.")
    )
    words.append(_("No witness outside this server has seen the checkpoint yet."))
    status = "stop" if head.read_only or running.service().problems else "look"
    return {
        "status": status,
        "verdict": _("%s entries about this therapy that you may see") % f"{count:,}",
        "sentence": " ".join(words),
        "checkpoint": size or None,
        "actions": [{"label": _("The log's checkpoint"), "icon": "shield-check", "url": reverse("checkpoint")}],
    }
