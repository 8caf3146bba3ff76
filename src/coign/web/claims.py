"""The time somebody claims for an act, on forms and in words; too far from the record's own it is a late entry."""

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from coign import rulesets
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.records.lateness import claimed_in
from coign.web import acting
from coign.web.forms.times import LocalTime
from coign.web.templatetags.coign_words import moment

FIELD = "claimed"


@dataclass(frozen=True, slots=True)
class ClaimWords:
    """What a page says of a claimed time; `late` is a flag that stays visible up to the release."""

    words: str
    late: bool


def claim_of(entry: Entry) -> ClaimWords | None:
    """What an entry claims, in words; None: it claims nothing."""
    claimed = claimed_in(entry, rulesets.load())
    if claimed is None:
        return None
    at = moment(timezone.localtime(claimed.at.moment))
    if not claimed.late:
        return ClaimWords(_("Done %s") % at, late=False)
    if claimed.minutes_later >= 0:
        words = _("Done %(at)s, entered %(lapse)s later") % {"at": at, "lapse": _lapse(claimed.minutes_later)}
    else:
        words = _("Said to be done %(at)s, %(lapse)s after it was entered") % {
            "at": at, "lapse": _lapse(-claimed.minutes_later),
        }  # fmt: skip
    return ClaimWords(words, late=True)


def _lapse(minutes: int) -> str:
    """`47 min`, `5 h`, `23 d`: as coarse as somebody would say it."""
    if minutes < 120:
        return _("%d min") % minutes
    return _("%d h") % (minutes // 60) if minutes < 48 * 60 else _("%d d") % (minutes // (24 * 60))


class EarlierForm(forms.Form):
    """When an act was done, if not just now."""

    claimed = LocalTime(required=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The part of a form that asks when an act was done, with what was filled in."""

    form: EarlierForm

    @classmethod
    def of(cls, request: HttpRequest) -> "Earlier":
        """As it stands on the page that was sent, or empty."""
        form = EarlierForm(request.POST if request.method == "POST" else None)
        form.fields[FIELD].label = _("Done at")
        form.fields[FIELD].help_text = _(
            "Stands beside the time of the entry, which is always now. More than %(minutes)g minutes apart is shown as "
            "a late entry. Time in %(zone)s"
        ) % {
            "minutes": rulesets.load().minutes("record.late_entry_after", acting.now()),
            "zone": timezone.get_current_timezone_name(),
        }
        return cls(form)

    @property
    def is_open(self) -> bool:
        """Whether something was filled in, so that it is not folded away."""
        return bool(self.form.is_bound and self.form[FIELD].value())

    def is_understood(self) -> bool:
        """Whether what was filled in is a time that was."""
        return not self.form.is_bound or self.form.is_valid()

    @property
    def claimed(self) -> str:
        """The time claimed as an instant; empty: none was."""
        value = self.form.cleaned_data[FIELD] if self.form.is_bound and self.form.is_valid() else None
        return str(Instant.of(value)) if value is not None else ""
