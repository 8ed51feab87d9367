"""PayPal, behind the gateways' port."""
