"""One written time to one instant. A time that has no zone, or two meanings, is refused."""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from coign.gateways.loggers.series import LoggerFileRefused
from coign.kernel.frozen import dataclass

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"\d{1,16}")
# As seconds this is the year 5138, as milliseconds 1973: no logger of ours lived on the wrong side of it.
_EPOCH_SECONDS_LIMIT = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """How the file writes times: `iso`, `epoch_s` or `epoch_ms`, and the declared zone, if one is."""

    form: str
    zone: str = ""
    tz: tzinfo | None = None

    def instant(self, text: str, line: int) -> datetime:
        """The instant in UTC; refused if the text has none or two."""
        if self.form == "iso":
            return self._from_iso(text, line)
        return self._from_epoch(text, line)

    def _from_epoch(self, text: str, line: int) -> datetime:
        if not _EPOCH.fullmatch(text):
            raise LoggerFileRefused(line, "time", f"expected a whole number of {_EPOCH_WORDS[self.form]} since 1970")
        number = int(text)
        if (number >= _EPOCH_SECONDS_LIMIT) != (self.form == "epoch_ms"):
            raise LoggerFileRefused(
                line, "time", f"{text} cannot be {_EPOCH_WORDS[self.form]} since 1970: check the form"
            )
        step = timedelta(milliseconds=1) if self.form == "epoch_ms" else timedelta(seconds=1)
        try:
            return datetime(1970, 1, 1, tzinfo=UTC) + number * step
        except OverflowError:
            raise LoggerFileRefused(line, "time", f"{text} is no time") from None

    def _from_iso(self, text: str, line: int) -> datetime:
        if not _ISO.fullmatch(text):
            raise LoggerFileRefused(line, "time", f"expected a time such as 2026-03-12T09:42:00, found {text[:40]!r}")
        try:
            moment = datetime.fromisoformat(text.replace(",", "."))
        except ValueError:
            raise LoggerFileRefused(line, "time", f"{text} is not in the calendar") from None
        if moment.tzinfo is None:
            return self._local(moment, line)
        if self.tz is not None and moment.utcoffset() != moment.astimezone(self.tz).utcoffset():
            raise LoggerFileRefused(line, "zone", f"{text} contradicts the declared zone {self.zone}")
        return moment.astimezone(UTC)

    def _local(self, moment: datetime, line: int) -> datetime:
        if self.tz is None:
            raise LoggerFileRefused(line, "zone", "the file must say its zone: a line such as `zone: Europe/Berlin`")
        early = moment.replace(tzinfo=self.tz, fold=0)
        late = moment.replace(tzinfo=self.tz, fold=1)
        if early.utcoffset() != late.utcoffset():
            word = "happens twice" if early.astimezone(UTC) < late.astimezone(UTC) else "does not exist"
            raise LoggerFileRefused(
                line, "time", f"{moment} {word} in {self.zone} when the clocks change: export the file in UTC"
            )
        return early.astimezone(UTC)


_EPOCH_WORDS = {"epoch_s": "seconds", "epoch_ms": "milliseconds"}


def declared_zone(text: str, line: int) -> tzinfo:
    """`UTC`, an offset such as `+01:00`, or a place such as `Europe/Berlin`."""
    if text in {"UTC", "Z"}:
        return UTC
    if offset := _OFFSET.fullmatch(text):
        sign, hours, minutes = offset.groups()
        if int(hours) <= 14 and int(minutes) < 60:
            return timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes)))
    elif "/" in text:
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError):
            pass
    # Abbreviations such as CST or IST mean several zones.
    raise LoggerFileRefused(line, "zone", f"{text[:40]!r} is no zone: expected UTC, +01:00 or Europe/Berlin")
