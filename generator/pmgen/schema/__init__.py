"""JSON Schemas of specs, files of blocks and recipes, made from the same definitions as
the parser: ops, kinds of values, keys. Editors complete and check by them."""

from pmgen.schema.text import SCHEMAS, schema_text

__all__ = ["SCHEMAS", "schema_text"]
