"""ModelSpec -> Graph: every block laid out, every shape worked out."""

from pmgen.expand.forms import expand_model
from pmgen.expand.nodes import MAX_LAYERS, after_attribute
from pmgen.expand.report import MAX_FORMS

__all__ = ["MAX_FORMS", "MAX_LAYERS", "after_attribute", "expand_model"]
