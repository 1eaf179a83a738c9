"""A plan as a document: what was asked, what came out, why, from what, and what may go wrong. Every figure is a stored one."""

from advisor.replies.report.composing import compose, file_name

__all__ = ["compose", "file_name"]
