"""What an operator has made of the screen: keys, colours, commands, alerts and locks, from one TOML file."""
