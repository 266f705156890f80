"""ModelSpec -> Graph: every block laid out, every shape worked out."""

from pmgen.expand.errors import MAX_FORMS
from pmgen.expand.expander import expand_model
from pmgen.expand.nodes import MAX_LAYERS

__all__ = ["MAX_FORMS", "MAX_LAYERS", "expand_model"]
