"""What can go wrong outside a spec, told in one line."""

from __future__ import annotations


class Problem(Exception):
    """A failure that the user can mend; its text says how."""
