"""The words of a spec: its keys, types, names and the ModelSpec they make."""
