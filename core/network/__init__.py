"""Networks of containers: netavark, and the choice of addresses."""
