"""Waves, bins and the way between them: pure."""
