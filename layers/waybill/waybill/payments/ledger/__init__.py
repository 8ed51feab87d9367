"""Gift cards and store credit: accounts of our own, behind the gateways' port."""
