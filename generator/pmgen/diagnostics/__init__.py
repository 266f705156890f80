"""What is wrong with a file, at its place: spans, codes, suggestions, rendering."""
