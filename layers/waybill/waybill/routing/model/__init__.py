"""The rule book of routing: the problem, the exact optimiser, places, decision receipts."""
