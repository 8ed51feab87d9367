"""Third-party logistics by EDI: X12 documents through folders, each interchange kept, answered, applied and visible."""
