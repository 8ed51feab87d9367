"""The books: one balanced double-entry journal entry per business event, never changed, only added to."""
