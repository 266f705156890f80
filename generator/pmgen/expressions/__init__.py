"""Arithmetic over `$names`: parsed, folded, evaluated, printed as Python."""
