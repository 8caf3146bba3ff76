"""Where log lines go: standard error, one line each; standard output belongs to the command's answer."""

import logging
import sys

import structlog


def to_stderr(level: int = logging.WARNING) -> None:
    """Set up for this process; safe to repeat."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        level=level, stream=sys.stderr, format="timestamp='%(asctime)s' level=%(levelname)s %(message)s"
    )
    # Pools say for each lost connection what the writer says once.
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR if level < logging.ERROR else level)
