"""Which identifier a value is, and what is wrong with it; the same answer as `coign id check`."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from coign.gateways import identifying
from coign.kernel.errors import Invalid
from coign.web import acting
from coign.web.api.problems import answer


@csrf_exempt
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """`{"value", "scheme"?}`; records nothing."""
    acting.needs_scope(request, "read")
    body = acting.json_body(request, {"value": str, "scheme": str})
    if "value" not in body:
        raise Invalid.at("value", "is missing: what was scanned or typed, as text")
    return answer(identifying.check(body["value"], body.get("scheme", "")).as_json())
