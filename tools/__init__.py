"""What is generated and committed: the OpenAPI document, the event schemas and their catalogue."""
