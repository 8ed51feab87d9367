"""Telling the customer: one mail per business event, only of what is certain, from templates in the shop's brand."""
