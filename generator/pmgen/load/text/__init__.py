"""From the text of a file to YAML events: characters and lines read as meant."""
