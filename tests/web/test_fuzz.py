"""Every operation of the OpenAPI document is asked for what it says and for what it does not.

Nothing is a failure of ours, and nothing succeeds for whoever may not.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import partial
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

EXAMPLES = 1
ROLE = "nurse"
Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture(scope="module")
def schema(site: Site) -> BaseSchema:
    """The document as it is served."""
    return schemathesis.openapi.from_dict(site.api(f"hospital-{ROLE}").get("/api/openapi.json").json())


def each(schema: BaseSchema, mode: GenerationMode, judge: Callable[[Operation, Case], None]) -> int:
    """Draw a few requests for every operation and judge each; gives how many operations there are."""
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        _draw(operation, mode, partial(judge, operation))
    return len(operations)


def _draw(operation: Operation, mode: GenerationMode, judge: Callable[[Case], None]) -> None:
    @settings(max_examples=EXAMPLES, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def drawn(case: Case) -> None:
        judge(case)

    with suppress(Unsatisfiable):  # nothing can be wrong with a request that has no parts
        drawn()


def ask(case: Case, **headers: str) -> int:
    """Send it as it was drawn; gives the status."""
    given_headers = {n: v.encode("latin-1", "replace").decode("latin-1") for n, v in (case.headers or {}).items()}
    body = case.body if isinstance(case.body, dict | list | str | int | float | bool | None) else {}
    response = Client(raise_request_exception=False).generic(
        case.method,
        case.formatted_path,
        json.dumps(body),
        content_type=case.media_type or "application/json",
        headers=given_headers | headers,
    )
    return int(response.status_code)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_asked_it_is_no_failure_of_ours_and_opens_nothing_that_the_role_may_not(
    site: Site, schema: BaseSchema, mode: GenerationMode
) -> None:
    token = site.token(f"hospital-{ROLE}")

    def judge(operation: Operation, case: Case) -> None:
        status = ask(case, Authorization=f"Bearer {token}")
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
