"""What a network is, before a tensor exists: a table, Markdown, JSON."""
