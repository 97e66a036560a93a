"""Other machines with `wharf`, reached by OpenSSH: no protocol of our own, no port of our own."""
