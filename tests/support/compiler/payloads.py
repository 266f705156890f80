"""Texts that mean something to Python, YAML or Jinja, for where they must not."""

from __future__ import annotations

PAYLOADS = (
    '"', "'", '"""', "'''", "\\", '\\"""', "\\'", '""" + open("a") + """',
    '"); import os; os.system("true") #', "'); __import__('os') #",
    "a\nimport os", "a\rimport os", "a\r\nimport os", "a\u2028import os",
    "a\u2029import os", "a\x85import os", "a\x0bimport os", "a\x0cimport os",
    "\n\n\n", "\t", "#", "a # b", "{{ 7 * 7 }}", "{% raw %}", "{# a #}",
    "{{ plan.__class__ }}", "${7*7}", "%(a)s", "\\N{BULLET}", "\\x41", "\\u0041",
    "__import__('os').system('true')", "eval('1')", "__class__", "__init__",
    "_hidden", "name__", "import", "lambda", "None", "True", "async", "match",
    "print", "exec", "open", "super", "self", "forward", "training", "paddle", "nn",
    "F", "x", "check_shape", "ShapeError", "ｅxec", "ſelf", "ª", "naïve", "\u212a",
    "\u202eabc", "\u200bname", "$__import__", "$width.__class__", "$(1)",
    "$in_channels if 1 else 2", "[x for x in ()]", "a.b", "a-b", "a b", "1a", "A" * 200,
)  # fmt: skip
# These go into the file as they stand: they are YAML's own way to be dangerous.
TAGGED = (
    '!!python/object/apply:os.system ["true"]',
    "!!python/name:os.system",
    '!!python/object/new:os.system ["true"]',
    "!!binary aW1wb3J0IG9z",
    "!include /etc/passwd",
)
