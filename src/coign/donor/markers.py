"""The markers that a donor's blood is tested for, and how a label names what they stand for."""

from typing import Literal

Result = Literal["negative", "reactive", "not_in_this_report"]
NOT_REPORTED = "not_in_this_report"
REACTIVE = "reactive"

#: By the name of the field in a report, as people read it and as a warning names the disease agent.
TITLES = {
    "hiv_1_2": "HIV 1 and 2",
    "hiv_nat": "HIV (nucleic acid)",
    "hbsag": "hepatitis B (surface antigen)",
    "anti_hbc": "hepatitis B (core antibody)",
    "hbv_nat": "hepatitis B (nucleic acid)",
    "anti_hcv": "hepatitis C (antibody)",
    "hcv_nat": "hepatitis C (nucleic acid)",
    "syphilis": "syphilis",
    "htlv": "HTLV I and II",
    "cmv": "cytomegalovirus",
    "wnv_nat": "West Nile virus (nucleic acid)",
}
