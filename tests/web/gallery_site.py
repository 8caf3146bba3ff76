"""The design system alone: renders template text with it, or serves the gallery, without the rest of the web project.

It runs in a process of its own, because Django can be configured only once in a process, and other tests configure it
with the whole installation. `python gallery_site.py` serves on a free port and prints it.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines

WEB = Path(__file__).parents[2] / "src" / "coign" / "web"
NOW = datetime(2026, 3, 12, 8, 42, tzinfo=UTC)
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def configure() -> None:
    """As little Django as the templates need."""
    settings.configure(
        SECRET_KEY="only for tests " * 4,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        TIME_ZONE="Europe/Berlin",
        STATIC_URL="/static/",
        MIDDLEWARE=[f"{__name__}.strict_policy"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [WEB / "templates"],
                "OPTIONS": {
                    "libraries": {"coign_ui": "coign.web.templatetags.coign_ui"},
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
    )
    django.setup()


def render(source: str, context: dict[str, Any]) -> str:
    """Template text with `coign_ui` loaded, as HTML."""
    return str(engines["django"].from_string("{% load coign_ui %}" + source).render(context))


def render_file(name: str, context: dict[str, Any]) -> str:
    """A template file, as HTML."""
    return str(engines["django"].get_template(name).render(context))


def gallery_values() -> dict[str, Any]:
    """What the gallery is made from, without the forms, which do not travel between processes."""
    from coign.web.gallery import gallery_context

    values = gallery_context(NOW)
    return {key: value for key, value in values.items() if not key.startswith("form")}


def gallery(changes: dict[str, Any]) -> str:
    """The gallery with some values replaced."""
    from coign.web.gallery import gallery_context

    return render_file("gallery.html", gallery_context(NOW) | changes)


def strict_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """The strictest policy the pages promise to live with."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = STRICT
        return response

    return answer


def show_gallery(request: HttpRequest) -> HttpResponse:
    from coign.web.gallery import gallery_context

    context = gallery_context(NOW)
    context["frame"]["scan_url"] = "/scan/"
    context["frame"]["idle_seconds"] = int(request.GET.get("idle", 0))
    context["frame"]["person"]["key"] = request.GET.get("person", "gallery")
    return HttpResponse(engines["django"].get_template("gallery.html").render(context, request))


def show_signed_out(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].get_template("base.html").render({"frame": {}}, request))


def show_scan(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"scan": request.POST.get("scan"), "fields": sorted(request.POST)})


def unlock(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"ok": request.POST.get("password") == "the right one"})


def show_static(request: HttpRequest, path: str) -> HttpResponse:
    from django.views.static import serve

    return serve(request, path, document_root=str(WEB / "static"))  # type: ignore[return-value]


class Quiet(WSGIRequestHandler):
    """Says nothing about requests."""

    def log_message(self, format: str, *args: Any) -> None:
        return


def main() -> None:
    from django.core.wsgi import get_wsgi_application

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        print(json.dumps({"port": server.server_port}), flush=True)
        server.serve_forever()


if __name__ == "__main__":
    configure()
    from django.urls import path

    urlpatterns = [
        path("gallery/", show_gallery),
        path("signed-out/", show_signed_out),
        path("scan/", show_scan),
        path("session/unlock/", unlock),
        path("static/<path:path>", show_static),
    ]
    main()
