"""The runtime that every generated network shares: train, validate, use."""

__version__ = "0.1.0"
