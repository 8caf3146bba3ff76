"""What tests of several domains share."""
