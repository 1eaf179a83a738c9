"""Signing in: password hashes and access tokens."""
