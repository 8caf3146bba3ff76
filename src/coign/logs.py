"""Where log lines go: standard error, one line each; standard output belongs to the command's answer."""

import logging
import sys
from contextlib import suppress
from typing import TextIO, cast

import structlog


class _StandardError:
    """Standard error as it is when a line is written. A line that cannot be written must not stop who writes it."""

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):  # a closed terminal, a full disk
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def to_stderr(level: int = logging.WARNING) -> None:
    """Set up for this process; safe to repeat."""
    stream = cast(TextIO, _StandardError())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=level, stream=stream, format="timestamp='%(asctime)s' level=%(levelname)s %(message)s")
    # Pools say for each lost connection what the writer says once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR if level < logging.ERROR else level)
