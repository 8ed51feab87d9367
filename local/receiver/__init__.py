"""The other side of the demo shop's channels: plays Shopify's Admin GraphQL, WooCommerce's REST and a receiver of our own webhooks.

It takes nothing on trust: credentials, GraphQL against a schema, signatures, quantities. What it was told it keeps on disk and shows at
`GET /received?channel=&order=`.
"""
