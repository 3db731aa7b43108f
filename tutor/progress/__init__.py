"""What the learner did: drafts, positions and attempts, in SQLite."""
