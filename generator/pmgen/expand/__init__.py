"""ModelSpec -> Graph: every block laid out, every shape worked out."""

from pmgen.expand.forms import expand_model
from pmgen.expand.nodes import MAX_NODES, after_attribute

__all__ = ["MAX_NODES", "after_attribute", "expand_model"]
