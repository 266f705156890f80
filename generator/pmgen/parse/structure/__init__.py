"""Slips of structure: what stands a level too deep or too shallow is read as meant."""

from pmgen.parse.structure.mender import mend_structure

__all__ = ["mend_structure"]
