"""What the folder of a run holds, and how a run is shown."""
