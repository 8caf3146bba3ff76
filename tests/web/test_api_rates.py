"""Whoever asks too fast is told over HTTP when to come back."""

import pytest
from tests.web.site import HOSPITAL, Site

from coign import rulesets
from coign.kernel.errors import Refused
from coign.kernel.values import Instant
from coign.perform import Request


def test_a_caller_who_is_too_fast_gets_unavailable_with_retry_after(site: Site) -> None:
    site.add_person("hurried", HOSPITAL, "celllab")
    at_once = int(rulesets.load().number("door.acts_at_once_max", Instant.of_us(site.service.clock.now_us())))
    command = {"unit": "unit:HURRIED", "site": "site:clinic"}
    asked = [Request("custody.take_in", site.people["hurried"], f"hurried-{n}", command) for n in range(2 * at_once)]
    with pytest.raises(Refused):  # counted all the same: the second of them finds the unit there
        site.service.door.perform_all(asked)

    response = site.api("hurried").act("custody.take_in", unit="unit:HURRIED-2", site="site:clinic")

    assert (response.status_code, response["Content-Type"]) == (503, "application/problem+json")
    assert response.json()["code"] == "unavailable" and "faster" in response.json()["detail"]
    assert int(response["Retry-After"]) >= 1
    others = site.api("hospital-celllab").act("custody.take_in", unit="unit:UNHURRIED", site="site:clinic")
    assert others.status_code == 201
