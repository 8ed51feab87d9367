"""The fulfilment order's rule book: pure."""
