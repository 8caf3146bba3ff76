"""Runs published conformance data against our own code; see README.md beside this file."""

from coign.conformance.manifest import UnusableError
from coign.conformance.printing import command
from coign.conformance.report import Failure, NotCovered, Report, Tally
from coign.conformance.running import run

__all__ = ["Failure", "NotCovered", "Report", "Tally", "UnusableError", "command", "run"]
