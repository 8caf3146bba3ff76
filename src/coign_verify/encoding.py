"""base64 with exactly one spelling for each value, so that no byte of a note can change without being noticed."""

import base64
import binascii


def encode_base64(data: bytes) -> str:
    """Standard base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes a base64 text stands for; ValueError for any spelling but the one `encode_base64` gives."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise ValueError("not base64") from error
    # The unused bits of the last character may otherwise be set at will: same value, other text.
    if encode_base64(data) != text:
        raise ValueError("base64 in another than its one spelling")
    return data
