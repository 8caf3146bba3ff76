"""Which time stamping authority is asked, how often, and whom its answers are believed by: `timestamps.yaml`.

    authority: https://tsa.example.org/tsr
    certificates: [tsa.pem]
    every_min: 60
    policy: 1.3.6.1.4.1.99999.1

`certificates` are files beside this one, each with the chain of one authority: first of the one that is asked, then of
those that were asked before. `policy`, if it is there, is the only one that a stamp may be under.
"""

from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import yaml

from coign import yaml_files
from coign.kernel.errors import Invalid
from coign.kernel.frozen import dataclass
from coign.timestamps.stamping import Stamp, Trust, stamp_in

FILE = "timestamps.yaml"
_REQUIRED, _OPTIONAL = {"authority", "certificates", "every_min"}, {"policy"}


@dataclass(frozen=True, slots=True)
class StampPolicy:
    """Where a stamp is asked for, and which are believed; `name`: of the authority, as its stamps are kept under."""

    url: str
    name: str
    trusts: tuple[Trust, ...]
    every_min: int
    policy: str = ""

    def judge(self, answer: bytes, data: bytes) -> Stamp:
        """What a kept answer says of these bytes, by any of the authorities; ValueError: by none of them."""
        why = []
        for trust in self.trusts:
            try:
                return stamp_in(answer, data, trust)
            except ValueError as error:
                why.append(str(error))
        raise ValueError("; ".join(dict.fromkeys(why)))


def read_stamp_policy(path: Path) -> StampPolicy | None:
    """The policy of a file; None: there is none, and nobody is asked. `Invalid` names what cannot be understood."""
    try:
        found = yaml_files.load(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Invalid.at(FILE, f"cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Invalid.at(FILE, f"is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(found, dict) or not _REQUIRED <= found.keys() <= _REQUIRED | _OPTIONAL:
        raise Invalid.at(FILE, "expected authority, certificates and every_min, perhaps policy, and nothing else")
    url, every = found["authority"], found["every_min"]
    if not isinstance(every, int) or isinstance(every, bool) or every < 1:
        _refuse("every_min", "expected a whole number of minutes from 1 on")
    host, policy = _host(url), found.get("policy", "")
    if not isinstance(policy, str):
        _refuse("policy", "expected an object identifier such as 1.3.6.1.4.1.99999.1")
    return StampPolicy(url, host, _trusts(path.parent, found["certificates"]), every, policy)


def _host(url: Any) -> str:
    try:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https") and parts.hostname:
            return str(parts.hostname)
    except (ValueError, AttributeError):
        pass
    return _refuse("authority", "expected the address of a time stamping authority, http://… or https://…")


def _trusts(folder: Path, names: Any) -> tuple[Trust, ...]:
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        _refuse("certificates", "expected a list of files in PEM, first that of the authority that is asked")
    found = []
    for name in names:
        try:
            found.append(Trust.of_pem((folder / name).read_bytes()))
        except OSError as error:
            _refuse("certificates", f"{name} cannot be read: {error.strerror}")
        except ValueError as error:
            _refuse("certificates", f"{name}: {error}")
    return tuple(found)


def _refuse(field: str, why: str) -> NoReturn:
    raise Invalid.at(f"{FILE} {field}", why)
