"""YAML trees -> ModelSpec: keys, names and values checked where they stand."""

from pmgen.parse.model import parse_model

__all__ = ["parse_model"]
