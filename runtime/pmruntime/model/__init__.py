"""A network as an object: loaded, matched with data, frozen, filled with weights."""
