"""What an unknown word means: the tables of synonyms, read for the parser."""
