"""Counting what is there: sheets, variances, who approved them."""
