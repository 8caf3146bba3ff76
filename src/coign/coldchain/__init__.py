"""Whether a unit was kept cold."""

import coign.logistics  # noqa: F401  our views listen to its events: it must be there before they are
from coign.coldchain.actions import assess_excursion, record_logger, report_missing_logger
from coign.coldchain.state import READING
from coign.coldchain.views import CONDITION

ACTIONS = (record_logger.ACTION, report_missing_logger.ACTION, assess_excursion.ACTION)
VIEWS = (CONDITION, READING)
