"""The optional language model. So far: its prompts, loaded and checked."""
