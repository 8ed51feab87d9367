"""What the desk shows, worked out from facts. Pure."""
