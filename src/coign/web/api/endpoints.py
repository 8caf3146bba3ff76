"""The addresses of the interface for machines, for OpenAPI and the reference page."""

from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address as it is documented."""

    method: str
    path: str
    summary: str
    needs: str
    #: The FHIR resource that it takes.
    takes: str = ""


API = (
    Endpoint("GET", "/api/actions", "Every action: title, roles, command schema, gates, requirements, risk", "`read`"),
    Endpoint("POST", "/api/actions/{name}/check", "What every gate says now; records nothing", "`act`"),
    Endpoint("POST", "/api/actions/{name}/prepare", "The intent to be signed and its hash", "`act`"),
    Endpoint("POST", "/api/actions/{name}", "Do it; 201 with the entries", "`act`, signed: `sign`"),
    Endpoint(
        "GET",
        "/api/subjects/{subject}",
        "States, history, and the proof that it is all of it; `?as_of=` an instant",
        "`read`",
    ),
    Endpoint(
        "GET", "/api/trace/{subject}", "Everything that came out of it; `?back=1` it came out of; `?since=`", "`read`"
    ),
    Endpoint("GET", "/api/entries/{position}", "Canonical bytes (base64) and inclusion proof", "`read`"),
    Endpoint("POST", "/api/identifiers/check", "Which identifier a value is, and what is wrong with it", "`read`"),
    Endpoint("GET", "/api/openapi.json", "This interface as OpenAPI 3.1", "`read`"),
    Endpoint("GET", "/fhir/metadata", "What FHIR clients may ask here (CapabilityStatement, R4)", "nothing"),
    Endpoint("POST", "/fhir/Patient", "Enrol a patient; 201, or 200 where they are known", "`fhir`", "Patient"),
    Endpoint(
        "POST", "/fhir/", "An order as a Bundle: a draft that waits for its prescriber's signature", "`fhir`", "Bundle"
    ),
    Endpoint("GET", "/log/checkpoint", "The newest signed checkpoint, with what witnesses signed (C2SP)", "nothing"),
    Endpoint("GET", "/log/tile/{level}/{index}", "Hash tile (C2SP tlog-tiles)", "nothing"),
    Endpoint("GET", "/log/tile/entries/{index}", "Bundle of entries (C2SP tlog-tiles)", "`log`"),
    Endpoint("GET", "/health", "Whether the record can be read and written", "nothing"),
    Endpoint("GET", "/metrics", "Prometheus text format", "nothing"),
)
