"""X12: interchanges, what the standard demands of them, and one file a document. Pure."""
