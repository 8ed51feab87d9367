"""Routing: which node ships what, for the least in total, and why."""
