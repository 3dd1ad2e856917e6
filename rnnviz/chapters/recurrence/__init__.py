"""Recurrence: weight sharing, vanishing and exploding gradients, memory span."""
