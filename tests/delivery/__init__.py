"""Proof of delivery: real processes killed, paused and cut off under load; what was acknowledged is there once and in order."""
