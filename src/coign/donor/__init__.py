"""What the tests of the person who gave the cells say, and what follows from that for bag and label."""

from coign.donor.actions import justify, record_report, set_apart, take_samples
from coign.donor.views import APART, TESTING

ACTIONS = (take_samples.ACTION, record_report.ACTION, justify.ACTION, set_apart.ACTION)
VIEWS = (TESTING, APART)
