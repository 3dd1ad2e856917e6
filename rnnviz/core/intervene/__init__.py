"""Interventions: units and gates that are zeroed, clamped or set to their mean."""
