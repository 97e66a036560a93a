"""A container's files on the screen."""
