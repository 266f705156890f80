"""One file a command of `pmgen`."""
