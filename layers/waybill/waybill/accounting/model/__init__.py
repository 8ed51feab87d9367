"""The rule book of the books: accounts, entries that balance, what an order's money comes to by parcel."""
