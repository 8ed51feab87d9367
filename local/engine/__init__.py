"""MiniStack, started by us, with its gaps closed from outside (see `gaps`) and its state kept as it changes."""
