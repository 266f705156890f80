"""Graph -> ModulePlan: the classes of the generated file, as plain lines."""

from pmgen.plan.classes import plan_module
from pmgen.plan.plans import ClassPlan, ModulePlan, ParamPlan

__all__ = ["ClassPlan", "ModulePlan", "ParamPlan", "plan_module"]
