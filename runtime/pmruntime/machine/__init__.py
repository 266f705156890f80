"""Where a network runs: CPU settings, device, processes, requests to stop."""
