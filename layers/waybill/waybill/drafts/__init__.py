"""Orders being made by people: on the phone, over a counter, as a quote. What is placed goes through the same door as any other order."""
