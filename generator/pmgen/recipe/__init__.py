"""Recipes: how a network is trained, as a small YAML file."""
