"""Run store: runs on disk, their locks, checkpoints, groups and trash."""
