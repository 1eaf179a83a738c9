"""The schema's history. `smartinvest migrate` runs it; docs/decisions/storage.md says how to add to it."""
