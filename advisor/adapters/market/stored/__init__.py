"""The market port over the history store."""
