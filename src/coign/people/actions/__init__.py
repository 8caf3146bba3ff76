"""Registering organisations, sites and people; giving and taking roles; enrolling and revoking authenticators."""
