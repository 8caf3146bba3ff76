"""Therapies that go wrong and still come to a right end, played through the real door."""

from collections.abc import Mapping
from typing import Any

import pytest
from tests.demo.conftest import enrolled, entries
from tests.web.site import known_to_pages

from coign.demo import people, player, scene
from coign.equipment.views import DEVICE
from coign.identity.views import CHAIN
from coign.kernel.errors import Refused
from coign.kernel.subjects import Batch, Chain, Unit
from coign.manufacturing.views import BATCH, SAMPLE, SLOT
from coign.perform.request import Done
from coign.quality.views import DISPOSITION
from coign.service import Service


def act(service: Service, root: str, role: str, action: str, at: Any = people.MAKER, **command: Any) -> Done:
    who = people.in_role(role, at)[0].actor
    count = len(entries(service))
    done = player.perform_as(service, who, action, command, f"{root}/{action}/{count}")
    return player.settled(service, done)


def play(service: Service, root: str, to: str) -> str:
    list(player.play(service, root, to))
    return scene.find(service, root).journey.root


def failing(service: Service, root: str, attribute: str, value: str) -> tuple[Batch, Mapping[str, Any]]:
    """The batch, and a result of it, such as one that lies outside its specification."""
    chain = Chain(root)
    batch = service.states.of(SLOT, chain).batch
    assert batch is not None
    therapy = scene.find(service, root)
    drawn = (s.unit for s in service.states.of(BATCH, batch).samples)
    sample = next(s for s in drawn if service.states.of(SAMPLE, s).serves(attribute))
    raw = service.documents.put(b"instrument file")
    unit = therapy.programme.attribute(attribute).unit
    return batch, {
        "batch": batch, "sample": sample, "attribute": attribute, "value": value, "unit": unit, "raw": raw,
    }  # fmt: skip


def product(service: Service, root: str) -> list[Unit]:
    return list(service.states.of(CHAIN, Chain(root)).units_of_kind("final_container"))


def waits_on_boards(service: Service, role: str) -> dict[str, str]:
    """What waits for somebody of the maker beside the steps of therapies, and what is said of it."""
    with known_to_pages(service):
        from coign.web.boards import Here, waiting_on_boards

        here = Here(people.in_role(role, people.MAKER)[0].actor, [])
        return {matter.title: matter.about for matter in waiting_on_boards(here)}


def dose_line(service: Service, root: str) -> str:
    """How the line of the dose stands on the page of release."""
    with known_to_pages(service):
        from coign.web.pages.release import release_context
        from coign.web.therapy.story import story_of

        story = story_of(root, people.in_role("qp", people.MAKER)[0].actor)
        return next(str(line.status) for line in release_context(story)["lines"] if line.title == "Dose")


@pytest.mark.requirement("GMP-S2", "GMP-40", "GMP-21")
def test_a_failing_product_reaches_its_patient_by_request_and_never_by_certificate(begun: Service) -> None:
    root = play(begun, enrolled(begun), "verify-product-label")
    batch, result = failing(begun, root, "viability", "68")
    act(begun, root, "analyst", "quality.record_result", **result)
    play(begun, root, "review-audit-trail")
    with pytest.raises(Refused) as no:
        act(begun, root, "qp", "quality.certify", batch=batch)
    assert [g.gate for g in no.value.gates] == ["quality.results_meet_specification"]

    play(begun, root, "supply-exception")

    bags = product(begun, root)
    assert len(bags) == 2
    for said in (begun.states.of(DISPOSITION, bag) for bag in bags):
        assert said.is_released and said.is_supplied_under_exception and not said.is_certified
    with pytest.raises(Refused):
        act(begun, root, "qp", "quality.certify", batch=batch)
    play(begun, root, "finish-infusion")
    facts = [f["type"] for e in entries(begun) for f in e.plain["intent"]["facts"]]
    assert "infusion.finished.v1" in facts and "quality.certified.v1" not in facts


@pytest.mark.requirement("PAT-29", "GMP-40")
def test_too_few_cells_are_not_released_and_are_given_because_the_physician_asks_for_them(begun: Service) -> None:
    root = play(begun, enrolled(begun), "verify-product-label")
    for attribute, just_passes in (("viable_cells", "0.5"), ("car_positive", "10")):
        _, result = failing(begun, root, attribute, just_passes)
        act(begun, root, "analyst", "quality.record_result", **result)
    play(begun, root, "review-audit-trail")
    batch = begun.states.of(SLOT, Chain(root)).batch
    with pytest.raises(Refused) as no:
        act(begun, root, "qp", "quality.certify", batch=batch)
    assert [g.gate for g in no.value.gates] == ["quality.product_is_a_dose"]
    assert dose_line(begun, root) == "stop"

    # The review of the record found it: the physician is asked by their own list of work.
    for step in ("request-exception", "assess-exception-risk", "accept-exception", "notify-exception"):
        player.perform_next(begun, root, step)
    player.perform_next(begun, root, "supply-exception")
    assert all(begun.states.of(DISPOSITION, b).is_supplied_under_exception for b in product(begun, root))
    play(begun, root, "finish-infusion")


@pytest.mark.requirement("GMP-38", "GMP-S8")
def test_a_late_adverse_result_calls_physician_and_quality_and_holds_what_is_left(begun: Service) -> None:
    root = play(begun, enrolled(begun), "record-monitoring")
    batch, late = failing(begun, root, "sterility", "positive")
    for attribute in [a for a in scene.find(begun, root).programme.panel if a.id != "sterility"]:
        _, given = failing(begun, root, attribute.id, scene_value(attribute))
        act(begun, root, "analyst", "quality.record_result", **given)
        act(begun, root, "qcreviewer", "quality.review_result", batch=batch, attribute=attribute.id)
    act(begun, root, "qa", "quality.review_record", batch=batch)
    act(begun, root, "qa", "quality.review_audit_trail", batch=batch, conclusion="Nothing stands out.")
    act(begun, root, "qp", "quality.certify", batch=batch, pending=["sterility"])
    bags = product(begun, root)
    assert all(begun.states.of(DISPOSITION, bag).is_released for bag in bags)

    act(begun, root, "analyst", "quality.record_result", **late)

    assert not any(begun.states.of(DISPOSITION, bag).is_released for bag in bags)
    opened = {s.action for s in player.open_steps(scene.find(begun, root).journey, scene.find(begun, root).programme)}
    assert {"quality.acknowledge_late_result", "quality.assess_late_result"} <= opened
    player.perform_next(begun, root, "acknowledge-late-result")
    player.perform_next(begun, root, "assess-late-result")
    ready = ("choose-shipper-out", "start-logger-out")
    for step in (*ready, "take-out-product", "take-out-product", "confirm-product-out", "confirm-product-out"):
        player.perform_next(begun, root, step)
    with pytest.raises(Refused) as no:
        player.perform_next(begun, root, "pack-product")
    assert {"logistics.product_is_released", "logistics.unit_may_move"} <= {g.gate for g in no.value.gates}


def scene_value(attribute: Any) -> str:
    import random

    from coign.demo.acts.values import inside

    return inside(attribute, random.Random(1))


@pytest.mark.requirement("GMP-15")
def test_after_a_failed_batch_it_is_made_anew_under_the_same_chain_from_the_cryobag_left_behind(begun: Service) -> None:
    root = play(begun, enrolled(begun), "verify-product-label")
    batch, _ = failing(begun, root, "viability", "68")
    act(begun, root, "qa", "quality.reject_batch", batch=batch, why="Demonstration: the batch failed.")
    steps = [s.id for s in player.open_steps(scene.find(begun, root).journey, scene.find(begun, root).programme)]
    assert steps == ["slot"]

    assert play(begun, root, "finish-infusion") == root

    said = [begun.states.of(DISPOSITION, bag) for bag in product(begun, root)]
    assert [(s.rejected, s.is_certified) for s in said] == [(True, False)] * 2 + [(False, True)] * 2


@pytest.mark.requirement("GMP-09")
def test_a_device_left_dirty_waits_for_whoever_cleans_and_once_cleaned_too_late_for_the_quality_unit(
    begun: Service,
) -> None:
    root = play(begun, enrolled(begun), "start-batch")
    step = player.next_command(begun, root)
    player.settled(begun, player.perform_as(begun, step.actor, step.action, step.command, "left dirty"))
    (device,) = [d for d in step.command["equipment"] if begun.states.of(DEVICE, d).kind == "cell_processor"]
    assert waits_on_boards(begun, "operator")[device.identifier].startswith("Clean it by")
    assert device.identifier not in waits_on_boards(begun, "qa")

    begun.advance(25)
    act(begun, root, "operator", "equipment.clean", equipment=device, agent="a new set")
    assert device.identifier not in waits_on_boards(begun, "operator")
    assert waits_on_boards(begun, "qa")[device.identifier] == "The quality unit judges whether it is clean"
    player.perform_next(begun, root)  # the next step needs no device that is clean
