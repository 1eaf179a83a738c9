"""The machine: clock, threads and helper processes, news inside one process."""
