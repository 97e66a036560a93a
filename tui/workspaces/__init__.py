"""Workspaces: how a screen was left, kept under a name, so that it is there again at the next start."""
