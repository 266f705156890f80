"""Training: what is prepared, the loop, its state."""
