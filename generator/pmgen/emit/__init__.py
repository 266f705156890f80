"""ModulePlan -> text -> file, by a template."""
