"""What a channel is told, as numbers. Pure."""
