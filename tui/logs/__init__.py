"""Logs on the screen: read by a thread of their own, of any size, shown row by row."""
