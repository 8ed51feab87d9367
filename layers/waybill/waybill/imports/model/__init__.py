"""Rules of reading a spreadsheet of orders. Pure."""
