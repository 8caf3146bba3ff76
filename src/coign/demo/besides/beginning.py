"""The story's beginning in memory: as in the demonstration, and some people get a second job."""

from typing import cast

from coign.demo import people, stock
from coign.demo.besides import Do, second_jobs
from coign.demo.in_memory import InMemory
from coign.demo.seed import Seeding
from coign.kernel.values import Actor

SEED = 1


class Beginning(Seeding):
    """Whose keys are remembered in memory."""

    def run(self, journeys: int = 3) -> None:
        """And a therapy is told of the second centre."""
        super().run(journeys)
        stock.of_a_house(self, "celllab", people.CENTRE_US, 1)

    def stands(self, actor: Actor, nonce: str) -> bool:
        return (actor.person, f"seed/{self.seed}/{nonce}") in cast(InMemory, self.service).nonces

    def _programmes(self) -> None:
        second_jobs.given(Do(cast(InMemory, self.service)))
        super()._programmes()
