"""A network applied to images."""
