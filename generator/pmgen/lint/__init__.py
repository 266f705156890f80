"""Warnings: what can be built, and is probably not what was meant."""
