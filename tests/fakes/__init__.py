"""Parts of the engine in memory, with the protocols of the real ones."""
