"""fwtutor: a terminal tutor for PyTorch, TensorFlow and JAX."""

__version__ = "0.1.0"
