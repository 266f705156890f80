"""The words of other tools, each with its exact meaning in this language."""
