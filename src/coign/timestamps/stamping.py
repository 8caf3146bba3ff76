"""Everything that is checked in the answer of a time stamping authority (RFC 3161; ETSI EN 319 422)."""

from collections.abc import Sequence

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash
from cryptography.x509.oid import ExtendedKeyUsageOID
from rfc3161_client import TimeStampResponse, VerifierBuilder, decode_timestamp_response

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant

_HASHES = {"2.16.840.1.101.3.4.2.1": SHA256(), "2.16.840.1.101.3.4.2.2": SHA384(), "2.16.840.1.101.3.4.2.3": SHA512()}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What an authority says: when (to the second, rounded down), who, under which policy, with which number."""

    time: Instant
    authority: str
    policy: str
    serial: int


@dataclass(frozen=True, slots=True)
class Trust:
    """The certificates of an authority that somebody decided to trust: its roots, and what lies between."""

    roots: tuple[x509.Certificate, ...]
    between: tuple[x509.Certificate, ...]
    #: The authority's own; looked for here where an answer carries none.
    signer: x509.Certificate | None

    @classmethod
    def of_pem(cls, pem: bytes) -> "Trust":
        """Read a chain, in any order; ValueError says what is missing in it."""
        found = x509.load_pem_x509_certificates(pem)
        roots = tuple(c for c in found if c.issuer == c.subject)
        if not roots:
            raise ValueError("the chain holds no root: a certificate that is its own issuer")
        signers = [c for c in found if c not in roots and _is_for_stamping(c)]
        if len(signers) > 1:
            raise ValueError("the chain holds two certificates for time stamping: one authority a chain")
        between = tuple(c for c in found if c not in roots and c not in signers)
        return cls(roots, between, signers[0] if signers else None)


def stamp_in(answer: bytes, data: bytes, trust: Trust, *, nonce: int | None = None) -> Stamp:
    """What an answer says of these bytes; ValueError with one sentence when it does not say it, or not credibly.

    `nonce`: of the request, while it is fresh; a stored answer is checked without it.
    """
    try:
        response = decode_timestamp_response(answer)
        signer = _signer(response, trust)
        if not _is_for_stamping(signer):
            raise ValueError("the signer's certificate is for other uses than time stamping, or for more of them")
        verifier = VerifierBuilder(
            roots=list(trust.roots),
            intermediates=list(trust.between),
            nonce=nonce,
            # Given only where the answer carries none: one that is given must be the signer.
            tsa_certificate=None if response.signed_data.certificates else trust.signer,
        )
        verifier.build().verify_message(response, data)
        said = response.tst_info
        time = Instant.of_us(round(said.gen_time.timestamp() * 1_000_000))
        return Stamp(time, signer.subject.rfc4514_string(), said.policy.dotted_string, said.serial_number)
    except ValueError:
        raise
    except Exception as error:  # bytes of a stranger: parsers below have many names for "this is none"
        raise ValueError(str(error)) from error


def is_about(answer: bytes, data: bytes) -> bool:
    """Whether an answer names the hash of these bytes, whoever signed it; ValueError: it is no answer."""
    try:
        imprint = decode_timestamp_response(answer).tst_info.message_imprint
        hashed = Hash(_HASHES[imprint.hash_algorithm.dotted_string])
    except ValueError:
        raise
    except Exception as error:  # as above
        raise ValueError(str(error)) from error
    hashed.update(data)
    return hashed.finalize() == imprint.message


def _signer(response: TimeStampResponse, trust: Trust) -> x509.Certificate:
    """The certificate that the signature names; those in the answer are untrusted until their chain is checked."""
    signed = response.signed_data
    infos = list(signed.signer_infos)
    if len(infos) != 1:
        raise ValueError(f"expected one signature in the answer, not {len(infos)}")
    inside: Sequence[x509.Certificate] = [x509.load_der_x509_certificate(each) for each in signed.certificates]
    for each in (*inside, *([trust.signer] if trust.signer is not None else [])):
        if (each.issuer, each.serial_number) == (infos[0].issuer, infos[0].serial_number):
            return each
    raise ValueError("the certificate that the signature names is neither in the answer nor in the chain")


def _is_for_stamping(certificate: x509.Certificate) -> bool:
    try:
        use = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return False
    return use.critical and list(use.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
