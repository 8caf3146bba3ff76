"""How the true story begins: people, what they can do, and a store."""

from tests.coign_verify.told import CENTRE, MAKER, NEVER, VERSION, Story, at, fact, house, line
from tests.coign_verify.true_house import houses
from tests.support.log_keys import KeysOf

from coign_verify.log_keys import SUBJECT

KEYS = KeysOf("log.example/true")
ROTATED = KEYS.says(KEYS.first, KEYS.second)

PEOPLE = (
    "admin-1",
    "admin-2",
    "trainer-1",
    "coordinator-1",
    "physician-1",
    "physician-2",
    "nurse-1",
    "nurse-2",
    "nurse-3",
    "celllab-1",
    "celllab-2",
    "infusion-1",
    "operator-1",
    "operator-2",
    "qa-1",
    "qp-1",
    "analyst-1",
    "analyst-2",
    "reviewer-1",
    "warehouse-1",
    "warehouse-2",
    "courier-1",
    "safety-1",
)
SKILLS = {
    "nurse-1": ("identity_check", "bedside_check"),
    "nurse-2": ("identity_check", "bedside_check"),
    "celllab-1": ("thaw",),
    "celllab-2": ("thaw",),
    "operator-1": ("aseptic",),
    "analyst-1": ("testing",),
}


def beginning() -> Story:
    """People with their roles, one key, and skills."""
    told = [line("setup", "ledger.opened", ledger="ledger:this", origin="x", demonstration=True), *houses()]
    for who in PEOPLE:
        granted = fact(
            "people.role_granted", person=f"person:{who}", role=who.partition("-")[0], organisation=house(who)
        )
        told.append(line("setup", "people.person_registered", granted, person=f"person:{who}", organisation=house(who)))
    told.append(line("setup", "installation.setup_finished", ledger="ledger:this"))
    key = {"person": "person:physician-1", "credential": "key-1", "method": "demonstration", "public_key": ""}
    told.append(line("admin-1", "people.authenticator_proposed", proposed_by="person:admin-1", evidence="", **key))
    told.append(line("admin-2", "people.authenticator_enrolled", **key))
    told.append(line("admin-1", "ledger.log_key_proposed", log_key=SUBJECT, statement=ROTATED))
    told.append(line("admin-2", "ledger.log_key_changed", log_key=SUBJECT, statement=ROTATED))
    told += [
        line(
            "trainer-1",
            "training.qualified",
            person=f"person:{who}",
            task=task,
            until=NEVER,
            assessor="person:trainer-1",
        )
        for who, tasks in SKILLS.items()
        for task in tasks
    ]
    return told


def store() -> Story:
    """What is allowed, and what is at hand."""
    grant = {
        "authorisation": "authorisation:1",
        "product": "product:demo",
        "centres": [CENTRE],
        "sites": ["site:1"],
        "releasers": ["person:qp-1"],
    }
    grant |= {"jurisdiction": "EU", "stage": "phase_2", "basis": "trial", "holder": MAKER, "kept_by": MAKER}
    return [
        line("qa-1", "regulatory.authorisation_granted", **grant, valid_from=at(0), valid_until=NEVER),
        line(
            "warehouse-1", "supply.lot_received", lot="lot:1", by="person:warehouse-1", expires=NEVER, material="beads"
        ),
        line("warehouse-2", "supply.lot_tested", lot="lot:1", by="person:warehouse-2", passed=True),
        line("qa-1", "supply.lot_approved", lot="lot:1", by="person:qa-1"),
        line("warehouse-1", "supply.pack_registered", serial="serial:1", lot="lot:1"),
        line("operator-1", "supply.pack_used", serial="serial:1", batch=None),
        line(
            "qa-1", "equipment.device_registered", equipment="equipment:1", device_kind="cell_processor", due_on=NEVER
        ),
        line("operator-1", "equipment.device_cleaned", equipment="equipment:1", by="person:operator-1"),
        *_tank(CENTRE, "celllab-1"),
        *_tank(MAKER, "warehouse-1"),
        line("operator-1", "equipment.device_taken_out", equipment="equipment:1", by="person:operator-1"),
        line("qa-1", "equipment.device_returned", equipment="equipment:1", by="person:qa-1"),
        line("qp-1", "regulatory.programme_proposed", programme="programme:demo", version=VERSION),
        line(
            "qa-1",
            "regulatory.programme_approved",
            programme="programme:demo",
            version=VERSION,
            proposed_by="person:qp-1",
            by="person:qa-1",
        ),
        line(
            "warehouse-1",
            "logistics.shipper_qualified",
            shipper="shipper:1",
            organisation=MAKER,
            hold_time={"value": "5", "unit": "d"},
            qualified_until=NEVER,
        ),
        line("qa-1", "facility.room_put_in_use", room="room:1", qualified_until=NEVER),
    ]


def _tank(of: str, who: str) -> Story:
    """A tank of a house, tested, with a box in it."""
    tank = {"tank": f"equipment:tank-{of[13:]}", "organisation": of}
    return [
        line(who, "storage.tank_qualified", **tank, tank_kind="general", qualified_until=NEVER),
        line(who, "storage.box_set_up", box=f"box:{of[13:]}", **tank),
    ]
