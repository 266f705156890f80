"""The body of a class: its layers and the lines of its `forward`."""
