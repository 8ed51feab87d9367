"""The rule book of intake: signatures, reading what channels send, the checks that hold an order. Pure."""
