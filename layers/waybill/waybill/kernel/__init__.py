"""What every context may lean on: money, ids, time, errors, events, transition tables. Standard library only."""
