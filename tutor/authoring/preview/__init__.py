"""`author preview`: one lesson on the learner's own screen, beside the editor it is written in."""
