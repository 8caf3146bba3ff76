"""Every operation of the OpenAPI document is asked for what it says and for what it does not.

Nothing is a failure of ours, and nothing succeeds for whoever may not.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from itertools import count, cycle
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.schemas import APIOperation, BaseSchema
from tests.web.client import Client
from tests.web.site import Site

from coign import catalogue

ROLE = "nurse"
Operation = APIOperation[Any, Any, Any, Any]
_keys = count()


@pytest.fixture(scope="module")
def schema(site: Site) -> BaseSchema:
    """The document as it is served."""
    return schemathesis.openapi.from_dict(site.api(f"hospital-{ROLE}").get("/api/openapi.json").json())


def each(schema: BaseSchema, mode: GenerationMode, judge: Callable[[Operation, Case], None]) -> int:
    """Draw requests, ask every operation and judge each; gives how many operations there are.

    Those that take the same (to do, to check and to prepare one action; to do whatever is signed) share what was drawn:
    it is the drawing that takes long. What is wrong is sought in the body, of which it is then most of the time.
    """
    operations = [found.ok() for found in schema.get_all_operations()]
    alike = defaultdict[str, list[Operation]](list)
    for operation in operations:
        alike[_takes(operation)].append(operation)
    for group in alike.values():
        group.sort(
            key=lambda one: len(one.definition.raw.get("parameters", ())), reverse=mode is GenerationMode.POSITIVE
        )
        drawn = _drawn(group[0], mode, 1 + len(group) // 10)
        for operation, case in zip(group, cycle(drawn), strict=False):
            judge(operation, case)
    return len(operations)


def _takes(operation: Operation) -> str:
    raw = operation.definition.raw
    return json.dumps(raw["requestBody"]) if "requestBody" in raw and "{" not in operation.path else operation.label


def _drawn(operation: Operation, mode: GenerationMode, several: int) -> list[Case]:
    cases: list[Case] = []

    @settings(max_examples=several, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def drawn(case: Case) -> None:
        cases.append(case)

    with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parts
        drawn()
    return cases


def ask(operation: Operation, case: Case, **headers: str) -> int:
    """Send to an operation what was drawn for it or for one that takes the same; gives the status."""
    drawn = {n: v.encode("latin-1", "replace").decode("latin-1") for n, v in (case.headers or {}).items()}
    body = case.body if isinstance(case.body, dict | list | str | int | float | bool | None) else {}
    response = Client(raise_request_exception=False).generic(
        operation.method,
        case.formatted_path if "{" in operation.path else operation.path,
        json.dumps(body),
        content_type=case.media_type or "application/json",
        headers={"Idempotency-Key": f"fuzz-{next(_keys)}"} | drawn | headers,
    )
    return int(response.status_code)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_it_is_no_failure_of_ours_and_opens_nothing_that_the_role_may_not(
    site: Site, schema: BaseSchema, mode: GenerationMode
) -> None:
    token = site.token(f"hospital-{ROLE}")

    def judge(operation: Operation, case: Case) -> None:
        status = ask(operation, case, Authorization=f"Bearer {token}")
        assert status < 500, (operation.label, case.body)
        name = operation.path.removeprefix("/api/actions/").partition("/")[0]
        if status < 300 and operation.method == "post" and name in catalogue.ACTIONS:
            assert ROLE in catalogue.ACTIONS[name].roles, operation.label

    assert each(schema, mode, judge) > len(catalogue.ACTIONS)


def test_nobody_unknown_gets_anything_that_is_not_open_to_all(schema: BaseSchema) -> None:
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.definition.raw.get("security") != []:
            path = operation.path.replace("{", "").replace("}", "")
            status = Client().generic(operation.method.upper(), path, "{}", content_type="application/json").status_code
            assert status in (401, 404), operation.label  # not found: the address itself needs a number
