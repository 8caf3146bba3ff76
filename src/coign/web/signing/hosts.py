"""Under which host a page is served: browsers bind a passkey to a host with a name, never to an address."""

import ipaddress

from django.http import HttpRequest
from django.http.request import split_domain_port

from coign_verify.webauthn import is_host_name


def host_of(request: HttpRequest) -> str:
    """The host that passkeys of this page are bound to; empty when it is an address, such as 127.0.0.1."""
    host, _ = split_domain_port(request.get_host())
    return host if is_host_name(host) else ""


def under_localhost(request: HttpRequest) -> str:
    """The same page under a name, for somebody at the server's own machine; empty for everybody else."""
    host, port = split_domain_port(request.get_host())
    try:
        is_own_machine = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return ""
    if not is_own_machine:
        return ""
    path = request.get_full_path() if request.method == "GET" else "/"
    return f"{request.scheme}://localhost{':' + port if port else ''}{path}"
