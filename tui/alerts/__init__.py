"""Being told of what goes wrong, by rules of the operator's: on the screen, by the bell, by a command."""
