"""Train: one digit classifier, trained live, with its hidden states."""
