"""Judgements on a whole network: what `expect` holds, what nothing uses."""
