"""Signing in through an identity provider (OpenID Connect): what it must prove, and whose accounts it opens."""
