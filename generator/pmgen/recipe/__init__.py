"""Recipes: how a network is trained, as a small YAML file."""

from pmgen.recipe.parse import parse_recipe

__all__ = ["parse_recipe"]
