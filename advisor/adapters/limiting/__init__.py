"""Counting requests, with the `limits` library."""
