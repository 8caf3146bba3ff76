"""Who learns: everybody who works here; authorities and inspectors look, they are not trained by us."""

from typing import get_args

from coign.people.events import Role

LEARNERS = frozenset(get_args(Role)) - {"authority", "inspector"}
