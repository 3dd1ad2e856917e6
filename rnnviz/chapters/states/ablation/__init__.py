"""Ablation: units and gates zeroed or held, and the effect on predictions."""
