"""`docs/reference/http.md`: the addresses, from the same list that answers them."""

from coign.web.api.endpoints import API

_INTRODUCTION = """# HTTP

Generated; do not edit. The machine-readable form is `GET /api/openapi.json`.

## Who asks

`Authorization: Bearer TOKEN`, or the cookie of somebody signed in together with the header `X-CSRFToken`. Without
either: 401. A token has scopes: `read` (records), `act` (check, prepare, perform), `sign` (sign as its account), `log`
(whole entries), `fhir` (send patients and draft orders). The role of an account can be chosen with `Coign-Role` and
`Coign-Organisation`; whether the person holds it is asked of the record, each time.

## Keys and retries

Every `POST /api/actions/NAME` carries `Idempotency-Key`, 1 to 128 visible ASCII characters. Repeating it with the same
body gives the same status and body, and the header `Idempotent-Replayed: true`. Another body under the same key is a
`conflict`. A signed action is repeated under its intent, whatever the key.

## Signing

`prepare` gives the intent as text and its hash in hexadecimal. `signature` is one of:

- `{"method": "webauthn", "credential": ID, "value": HEX}`: by the person's passkey, whose challenge was the hash; how
  the value is put together stands in [signatures](signatures.md).
- `{"method": "ed25519", "credential": ID, "value": HEX}`: made by device or partner over the 32 bytes of the hash.
- `{"method": "password+otp", "password": …, "code": …}`: only in a session of a person; the server attests it. The
  first signing of a sitting needs both, later ones at least one.
- `{"method": "demonstration"}`: accounts of a demonstration.

## JSON

Strict: UTF-8, no name twice, no unknown names, at most 65,536 bytes. Measurements are
`{"value": "68.0", "unit": "mL"}`, times RFC 3339 with zone, subjects `kind:identifier`.

## Problems

`application/problem+json`, see [errors](errors.md).

Below `/fhir/` they are OperationOutcomes, see [FHIR over HTTP](fhir-http.md).

## Addresses
"""


def markdown() -> str:
    """The whole page."""
    lines = [_INTRODUCTION, "| method | address | what | needs |", "|---|---|---|---|"]
    lines += [f"| {e.method} | `{e.path}` | {e.summary} | {e.needs} |" for e in API]
    return "\n".join(lines) + "\n"
