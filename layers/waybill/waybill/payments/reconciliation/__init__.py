"""Our events against what a gateway says: its statement, its payouts, a case for each difference."""
