"""Proof that the order system survives what may happen to it."""
