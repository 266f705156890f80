"""pmgen: a compiler from YAML specs to PaddlePaddle networks."""

__version__ = "0.1.0"
