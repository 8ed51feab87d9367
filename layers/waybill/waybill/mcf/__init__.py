"""Amazon as a node: Multi-Channel Fulfilment ships what lies in Amazon's own houses (SP-API, Fulfillment Outbound 2020-07-01)."""
