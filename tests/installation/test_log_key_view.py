"""What is known of the log's key, whatever an entry about it says."""

import pytest
from tests.catalogue.stage import NOW, actor
from tests.support.log_keys import KeysOf

from coign.installation.events import LOG_KEY, LogKeyChanged
from coign.installation.log_key import LOG_KEY_VIEW
from coign.kernel.views import Stamp

ADMIN, KEYS = actor("ada", "admin", "hospital"), KeysOf("log.example/view")
STAMP = Stamp(NOW, 7, ADMIN, LOG_KEY)


def changed(statement: str) -> LogKeyChanged:
    return LogKeyChanged(log_key=LOG_KEY, proposed_by=ADMIN.person, statement=statement)


@pytest.mark.requirement("CSV-01")
def test_a_statement_that_cannot_be_read_changes_nothing_and_a_right_one_counts_from_its_entry() -> None:
    state = LOG_KEY_VIEW.state()
    assert LOG_KEY_VIEW.evolve(state, changed("a letter"), STAMP) == state
    after = LOG_KEY_VIEW.evolve(state, changed(KEYS.says(KEYS.first, KEYS.second)), STAMP)
    assert [each.size for each in after.keys] == [0, STAMP.position + 1]
