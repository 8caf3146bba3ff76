"""A browser or a machine at the one server that all tests of a process ask."""

from functools import cache
from typing import Any

from django.test import Client as Fresh
from django.test.client import ClientHandler

#: Puts its middleware together once, as every server does: that alone looks for all our files and takes 50 ms.
_server = cache(ClientHandler)


class Client(Fresh):
    """Django's test client, but for the server: not one of its own. Cookies and headers are its own."""

    def __init__(self, enforce_csrf_checks: bool = False, **more: Any) -> None:
        super().__init__(enforce_csrf_checks, **more)
        self.handler = _server(enforce_csrf_checks)
