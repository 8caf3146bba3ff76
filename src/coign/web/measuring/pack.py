"""How long a pack of a treated therapy takes to make and to check, and how large it is."""

import time
from collections.abc import Callable
from functools import partial

from coign.bench.figures import Figure, in_turns
from coign.bench.place import Place
from coign.demo import player, story
from coign.demo.seed import SEED
from coign.ledger import checkpoints
from coign.ledger.store import connect
from coign.records import reading as records
from coign.service import Service, Settings
from coign.service.opening import opened_from
from coign.service.pack_sight import Sight
from coign.service.packing import Packed, Packer
from coign.web import running
from coign_verify.archive import read_archive
from coign_verify.pack import ENTRIES
from coign_verify.pack_check import verify_pack
from coign_verify.tree import leaf_hash
from coign_verify.trust import Trust

_LEDGER = 23
TREATED = "record-reaction"


def measure(place: Place) -> list[Figure]:
    """Making one, in turns with reading its entries and nothing else; checking one, in turns with hashing them."""
    settings = Settings(home=place.home, demonstration=True)
    given = {"in_transaction": running.in_transaction, "background": False}
    with Service.on(place.database, settings, ledger_id=_LEDGER, **given) as service:
        story.tell(service, SEED, 1)
        with connect(place.database.application_dsn) as connection:
            root = records.journeys(connection, _LEDGER)[0].root
            for _ in player.play(service, root, TREATED):
                pass
            checkpoints.publish(connection, _LEDGER, service.keys_here(), service.clock.now_us())
            packer = Packer(connection, _LEDGER, service.keys_here(), service.documents, service.programmes)
            return _figures(place, service, root, packer)


def _figures(place: Place, service: Service, root: str, packer: Packer) -> list[Figure]:
    sight = Sight(service.states)
    opens = partial(opened_from, service.vault)
    packed: Packed = packer.pack(root, sight, opens)
    lines = dict(read_archive(packed.data)[0])[ENTRIES].splitlines()
    trust = Trust((service.log_key,))
    assert not verify_pack(packed.data, trust).problems

    def hashed() -> float:
        return _seconds(lambda: [leaf_hash(line) for line in lines])

    making = in_turns(hashed, lambda: _seconds(lambda: packer.pack(root, sight, opens)), place.rounds)
    checking = in_turns(hashed, lambda: _seconds(lambda: verify_pack(packed.data, trust)), place.rounds)
    place.progress(f"pack: {making.value:.2f} s, checked in {checking.value:.2f} s, {len(packed.data):,} bytes")
    note = f"a treated therapy, {packed.entries} entries and {packed.withheld} withheld of {packed.size:,}"
    return [
        Figure("pack", making.value, "s", samples=making.ours, note=note),
        Figure("pack.verify", checking.value, "s", checking.of, "s of bare hashing", samples=checking.ours),
        Figure("pack.size", len(packed.data), "bytes", sum(map(len, lines)), "bytes of its entries"),
    ]


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
