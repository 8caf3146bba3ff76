"""Files in HL7 FHIR; see README.md."""

from coign.gateways.fhir.elements import Coding, Concept, HumanName, Identifier, PartialDate, Reference
from coign.gateways.fhir.orders import BodyWeight, OrderFile, Prescriber, read_order_bundle
from coign.gateways.fhir.patients import PatientFile, read_patient
from coign.gateways.fhir.refusal import FhirMalformed, FhirRefused
from coign.gateways.fhir.report import ImportReport, RefusedFile, Taken, read_files

__all__ = [
    "BodyWeight",
    "Coding",
    "Concept",
    "FhirMalformed",
    "FhirRefused",
    "HumanName",
    "Identifier",
    "ImportReport",
    "OrderFile",
    "PartialDate",
    "PatientFile",
    "Prescriber",
    "Reference",
    "RefusedFile",
    "Taken",
    "read_files",
    "read_order_bundle",
    "read_patient",
]
