"""ModelSpec -> Graph: every block laid out, every shape worked out."""

from pmgen.expand.forms import expand_model
from pmgen.expand.nodes import after_attribute

__all__ = ["after_attribute", "expand_model"]
