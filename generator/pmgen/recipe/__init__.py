"""Recipes: how a network is trained, as a small YAML file."""

from pmgen.recipe.parse import is_recipe, parse_recipe

__all__ = ["is_recipe", "parse_recipe"]
