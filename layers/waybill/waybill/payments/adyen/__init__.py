"""Adyen, behind the gateways' port."""
