"""The rule book of channels: signatures, masking, what a channel is told. Pure."""
