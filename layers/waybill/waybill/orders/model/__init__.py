"""The order's rule book: pure."""
