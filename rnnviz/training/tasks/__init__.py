"""Tasks that a run can train: registry, configs, networks, objectives, time estimates."""
