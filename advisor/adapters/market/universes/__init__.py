"""Universes as data: what plans are made of and which shares are known by name."""
