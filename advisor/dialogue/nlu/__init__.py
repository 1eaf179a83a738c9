"""Understanding what was said, by grammars and tables alone: the same text always means the same, in well under a millisecond."""
