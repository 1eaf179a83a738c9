"""Jobs that run by the clock, each fire once, in the worker process."""
