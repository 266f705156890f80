"""Scripts that write and check the pages."""
