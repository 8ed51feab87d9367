"""Stripe, behind the gateways' port."""
