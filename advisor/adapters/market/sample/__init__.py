"""The embedded sample: real history that needs no network."""
