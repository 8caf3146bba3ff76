"""Headers that protect the browser, measurements, and every no turned into a page or a problem."""

import sys
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.utils.html import escape

from coign.kernel.errors import CoignError, NotFound
from coign.web import metrics
from coign.web.api.problems import as_ours, problem
from coign.web.errors import Forgery, Internal, MethodNotAllowed, TooLarge
from coign.web.fhir import outcomes
from coign.web.pages.refusals import refusal_page

Respond = Callable[[HttpRequest], HttpResponse]

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: What machines ask: they get problems, never pages.
MACHINE_PATHS = ("/api/", "/log/", "/health", "/metrics", "/epcis/", outcomes.BASE)


def is_machine(request: HttpRequest) -> bool:
    """Whether the caller wants a problem instead of a page."""
    if request.path.startswith(MACHINE_PATHS):
        return True
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


class SecurityHeaders:
    """Nothing but our own files runs in the browser; nothing that a person sees is kept by a cache (ASVS 5.0 V3)."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=(), usb=(self), serial=(self)"
        response["X-Frame-Options"] = "DENY"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure():  # plain http is for one's own machine only
            for cookie in response.cookies.values():
                cookie["secure"] = True
        return response


_page: ContextVar[str] = ContextVar("page", default="")


def page_name() -> str:
    """The path of the page being made in this thread, for the access ledger."""
    return _page.get()


class Named:
    """Remembers which page is being made."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _page.set(request.path)
        try:
            return self.get_response(request)
        finally:
            _page.reset(token)


class Measured:
    """How long each view takes."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        view = (match.view_name or "unnamed") if match else "unknown"
        metrics.REQUESTS.labels(view, request.method, response.status_code).observe(time.perf_counter() - start)
        return response


class Answers:
    """Turns every documented error into its answer, for people and for machines alike."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and is_machine(request):
            allowed = response.headers.get("Allow", "another method")
            refused = _for_machines(request, MethodNotAllowed(f"expected {allowed}"))
            refused["Allow"] = response.headers.get("Allow", "")
            return refused
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Our errors get their answer; anything else is a mistake and goes on."""
        if isinstance(error, RequestDataTooBig):
            error = TooLarge("the request is larger than anything taken at once")
        ours = as_ours(error)
        return None if ours is None else say_no(request, ours)


def say_no(request: HttpRequest, error: CoignError) -> HttpResponse:
    """The same no, as a problem or as a page."""
    return _for_machines(request, error) if is_machine(request) else refusal_page(request, error)


def _for_machines(request: HttpRequest, error: CoignError) -> HttpResponse:
    """A problem; where FHIR is spoken, an OperationOutcome."""
    return outcomes.no(error) if request.path.startswith(outcomes.BASE) else problem(error)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a forged form, in our words."""
    return say_no(request, Forgery("this form was not opened here or is too old: open the page again"))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address."""
    return say_no(request, NotFound("there is nothing at this address"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something no browser sends."""
    if isinstance(exception, RequestDataTooBig):
        return plain_no(request, TooLarge("the request is larger than anything taken at once"))
    assert isinstance(exception, SuspiciousOperation)
    return plain_no(request, NotFound("this request cannot be understood"))


def failed(request: HttpRequest) -> HttpResponse:
    """The last resort: said without database and templates, since these may be what failed."""
    error = sys.exc_info()[1]
    ours = as_ours(error) if error is not None else None
    return plain_no(request, ours or Internal("this is a mistake of ours; it was written to the server's log"))


def plain_no(request: HttpRequest, error: CoignError) -> HttpResponse:
    """A no that needs nothing but its words."""
    if is_machine(request):
        return _for_machines(request, error)
    words = f"<!doctype html><title>{escape(error.title)}</title><h1>{escape(error.title)}</h1>"
    response = HttpResponse(f"{words}<p>{escape(error.message)}</p>", status=error.status)
    if error.status == 503:
        response["Retry-After"] = "5"
    return response
