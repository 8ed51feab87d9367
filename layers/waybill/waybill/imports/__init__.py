"""Orders in bulk: a spreadsheet is checked row by row, and what is good in it goes the way of every other order."""
