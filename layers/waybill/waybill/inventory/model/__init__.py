"""Stock rows, reservations, plans and proofs: pure."""
