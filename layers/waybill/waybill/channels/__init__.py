"""Channels: where orders come from and who is told what became of them. One normaliser a channel → the canonical order."""
