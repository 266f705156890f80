"""All of `pmgen eval`: metrics with intervals, comparisons, the report."""
