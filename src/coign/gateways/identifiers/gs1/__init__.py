"""GS1: application identifiers, element strings, Digital Link, scans."""
