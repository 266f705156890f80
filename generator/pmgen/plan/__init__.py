"""Graph -> ModulePlan: the classes of the generated file, as plain lines."""

from pmgen.plan.classes import plan_module
from pmgen.plan.plans import ModulePlan, NameClash, Note

__all__ = ["ModulePlan", "NameClash", "Note", "plan_module"]
