"""The journal of actions: a file that outlives the screen, and what is made of it."""
