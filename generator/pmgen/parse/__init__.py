"""YAML trees -> ModelSpec: keys, names and values checked where they stand."""

from pmgen.parse.model import parse_model
from pmgen.parse.structure import mend_structure

__all__ = ["mend_structure", "parse_model"]
