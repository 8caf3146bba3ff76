"""HL7 FHIR R4 over HTTP: patients and orders of a hospital's system, and every no as an OperationOutcome."""
