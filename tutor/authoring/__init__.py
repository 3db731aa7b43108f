"""The author's bench: new, lint, test, mutate, schema."""
