"""The tray: everything can be scanned, and not everything is the right thing."""

import pytest
from tests.demo.conftest import enrolled

from coign.demo import people, player, scene
from coign.demo.tray import TrayItem, tray
from coign.gateways.identifiers.gs1.reading import read_message
from coign.gateways.labels import SymbolKind, parse_symbol, subject_of, symbol_of
from coign.identity.views import UNIT
from coign.kernel.errors import Invalid
from coign.kernel.subjects import Chain, Lot, Patient, Unit
from coign.service import Service
from coign.supply.views import LOT


def of(service: Service, name: str) -> list[TrayItem]:
    account = people.account(name)
    assert account is not None
    return tray(service, account.person, account.organisation)


@pytest.mark.parametrize("name", [a.account for a in people.ACCOUNTS])
def test_every_symbol_reads_back_to_what_it_stands_on(told: Service, name: str) -> None:
    items = of(told, name)
    assert items
    for item in items:
        if item.symbol.startswith("(01)"):  # a pack: its maker's code, not a label of ours
            reading = read_message(item.symbol, 2026)
            assert reading.ok and reading.parts["21"] == item.code
            continue
        symbol = parse_symbol(item.symbol)
        assert symbol.identifier == item.code
        texts = (SymbolKind.SEAL, SymbolKind.LOGGER, SymbolKind.DONATION)
        subject = subject_of(symbol)
        assert (subject is None) == (symbol.kind in texts)
        assert subject is None or symbol_of(subject, symbol.serial or 1) == symbol


@pytest.mark.requirement("TRC-12")
def test_a_nurse_has_the_right_wristband_and_somebody_elses(told: Service) -> None:
    bands = [i for i in of(told, "nurse-1") if i.kind == "wristband"]
    assert any(not i.odd for i in bands) and any(i.odd for i in bands)
    assert all(isinstance(subject_of(parse_symbol(i.symbol)), Patient) for i in bands)


@pytest.mark.requirement("TRC-01")
def test_what_a_collection_is_made_with_lies_at_the_chair_out_of_the_centres_own_store(told: Service) -> None:
    lots = [Lot.of(i.code) for i in of(told, "nurse-1") if parse_symbol(i.symbol).kind is SymbolKind.MATERIAL_LOT]
    states = [told.states.of(LOT, lot) for lot in lots]
    assert {s.material for s in states} == {"collection_kit", "anticoagulant"}
    assert all(s.approved and s.organisation == people.CENTRE for s in states)


@pytest.mark.requirement("TRC-14")
def test_the_print_on_a_bag_is_the_one_in_the_record_and_a_copy_is_not(told: Service) -> None:
    bags = [i for i in of(told, "celllab-1") if i.kind == "bag"]
    agree = {}
    for item in bags:
        symbol = parse_symbol(item.symbol)
        agree[item.symbol] = str(symbol.serial) == told.states.of(UNIT, Unit.of(symbol.identifier)).label_serial
    assert set(agree.values()) == {True, False}
    assert all(i.odd for i in bags if not agree[i.symbol])


def test_what_carries_no_symbol_gets_none() -> None:
    with pytest.raises(Invalid):
        symbol_of(Chain("chain:A"))


@pytest.mark.requirement("SCS-06", "SCS-08", "SCS-12")
def test_for_a_way_the_shipper_that_was_chosen_lies_there_then_a_logger_then_a_seal(begun: Service) -> None:
    root, cell_laboratory = enrolled(begun), people.account("celllab-1")
    assert cell_laboratory is not None

    def needed(to: str, kind: SymbolKind) -> list[str]:
        list(player.play(begun, root, to))
        chain = scene.find(begun, root).journey.root
        lying = tray(begun, cell_laboratory.person, cell_laboratory.organisation, chain)
        return [i.words for i in lying if not i.odd and parse_symbol(i.symbol).kind == kind]

    assert len(needed("place-cryobags", SymbolKind.SHIPPER)) > 1
    assert needed("choose-shipper-in", SymbolKind.LOGGER) == ["New logger"]
    (shipper,) = needed("start-logger-in", SymbolKind.SHIPPER)
    assert shipper.startswith("Dry shipper, therapy ")
    assert needed("pack-collection", SymbolKind.SEAL) == ["New seal"]
    (seal,) = needed("seal-collection", SymbolKind.SEAL)
    assert seal.startswith("Seal on the shipper, therapy ")
