"""Scripts that make and check the pages."""
