"""All of `pmgen eval`: figures with intervals, baselines, the report."""
