"""Macro series: the catalogue and where they come from."""
