"""Files -> one YAML tree whose every value knows its place."""
