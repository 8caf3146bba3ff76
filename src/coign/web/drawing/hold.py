"""How much of a hold time is left, and how urgent that is."""

from __future__ import annotations

from datetime import datetime

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold time as a page shows it: what is left in words, in percent, and its status."""

    start_ms: int
    end_ms: int
    now_ms: int
    left_percent: float
    look_percent: int
    status: str
    over: bool
    text: str


def hold(start: datetime, end: datetime, now: datetime, look_percent: int) -> Hold:
    """What is left at `now`. Becomes *look* when no more than `look_percent` is left, *stop* when nothing is."""
    # Counted since 1970: the difference of two times of one zone is that of its hands, also when they go back (CSV-S3).
    start_ms, end_ms, now_ms = epoch_ms(start), epoch_ms(end), epoch_ms(now)
    if end_ms <= start_ms:
        raise ValueError(f"hold: end {end} is not after start {start}")
    left_seconds = (end_ms - now_ms) / 1000
    share = 100 * (end_ms - now_ms) / (end_ms - start_ms)
    status = "stop" if left_seconds <= 0 else "look" if share <= look_percent else "running"
    return Hold(
        start_ms=start_ms,
        end_ms=end_ms,
        now_ms=now_ms,
        left_percent=round(min(100.0, max(0.0, share)), 2),
        look_percent=look_percent,
        status=status,
        over=left_seconds <= 0,
        text=duration(abs(left_seconds)),
    )


def epoch_ms(instant: datetime) -> int:
    """Milliseconds since 1970, the form scripts count in."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant without a zone cannot be shown: {instant}")
    return round(instant.timestamp() * 1000)


def duration(seconds: float) -> str:
    """`23:41`, `2:05:41` or `3 d 04:10`: the same forms as in clock.js."""
    whole = int(seconds)
    days, rest = divmod(whole, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, left = divmod(rest, 60)
    if days:
        return f"{days} d {hours:02}:{minutes:02}"
    if hours:
        return f"{hours}:{minutes:02}:{left:02}"
    return f"{minutes:02}:{left:02}"
