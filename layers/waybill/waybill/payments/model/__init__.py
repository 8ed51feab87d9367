"""The rule book of payments: events, balances, one tender's operations, the order's view. Standard library and kernel only."""
