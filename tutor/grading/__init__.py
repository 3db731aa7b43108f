"""Pure functions from (expected, got) to a verdict. No process, no screen, no disk."""
