"""Graph -> ModulePlan: the classes of the generated file, as plain lines."""

from pmgen.plan.model import ClassPlan, ModulePlan, ParamPlan
from pmgen.plan.module import plan_module

__all__ = ["ClassPlan", "ModulePlan", "ParamPlan", "plan_module"]
