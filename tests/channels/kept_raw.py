"""What of a channel's document reaches no order: it is kept in the raw document alone, and why nobody in the shop misses it.

By kind of channel, {patterns: reason}; patterns as `leaves.pattern` writes them, apart by blanks, `*` for whatever stands there. `test_no_field_is_lost`
holds each table against the adapter: what is in it must do nothing, what does nothing must be in it.
"""

from __future__ import annotations

Table = dict[str, str]

SHOPIFY: Table = {
    "token cart_token checkout_id device_id app_id *.admin_graphql_api_id source_identifier source_url order_status_url number confirmed "
    "merchant_business_entity_id merchant_of_record_app_id *sales_line_item_group_id *attributed_staffs": "Shopify's own handles of the order",
    "browser_ip client_details* landing_site* referring_site buyer_accepts_marketing": "of the visit, not of the order",
    "customer.admin_* customer.*_at customer.*marketing* customer.state customer.currency customer.default_address* customer.last_order* "
    "customer.multipass_identifier customer.note customer.orders_count customer.tax_exempt* customer.total_spent "
    "customer.verified_email": "of the customer and not of this order; `customer.id` finds them",
    "*_address.latitude *_address.longitude *_address.first_name *_address.last_name *_address.country *_address.province customer.email source": "said by the other fields beside them",
    "line_items[].*_set.* shipping_lines[].*_set.* refunds[].*_set.* fulfillments[].*_set.* tax_lines[].*_set.* current_*_set* subtotal_price_set.* total_discounts_set.* "
    "total_line_items_price_set.* total_shipping_price_set.* total_tax_set.* total_cash_* total_price_set.shop_money.* original_total_*_set.presentment_money.*": "the amounts once more, in both currencies: the shop's are read, and the buyer's total is kept",
    "current_subtotal_price current_total_discounts current_total_tax subtotal_price total_line_items_price total_price_usd total_weight": "sums of what is read by the line",
    "*channel_liable": "who pays the tax to the state: the channel's own books say it",
    "*discount_application_index discount_applications[].* discount_codes[].amount discount_codes[].type": "how a discount is shared out: the shares are read, and its code",
    "line_items[].duties[].*": "what the order's duties are made of; customs papers are written from the shop's items",
    "line_items[].fulfillable_quantity line_items[].fulfillment_status fulfillment_status closed_at": "follows from units removed and shipped, which are read",
    "line_items[].pre_tax_price line_items[].product_exists line_items[].taxable line_items[].title line_items[].variant_title line_items[].variant_inventory_management "
    "line_items[].vendor": "of the catalogue; `name` says title and variant",
    "fulfillments[].id fulfillments[].*_at fulfillments[].location_id fulfillments[].name fulfillments[].order_id fulfillments[].origin_address fulfillments[].receipt* "
    "fulfillments[].service fulfillments[].shipment_status fulfillments[].tracking_*": "of somebody else's parcel: how many units have left is read",
    "fulfillments[].line_items[].current_quantity fulfillments[].line_items[].d* fulfillments[].line_items[].f* fulfillments[].line_items[].g* fulfillments[].line_items[].n* "
    "fulfillments[].line_items[].p* fulfillments[].line_items[].r* fulfillments[].line_items[].s* fulfillments[].line_items[].t* fulfillments[].line_items[].v* "
    "refunds[].refund_line_items[].line_item.*": "the order's line once more",
    "refunds[].*_at refunds[].id refunds[].note refunds[].order_id refunds[].restock refunds[].user_id refunds[].return refunds[].additional_fees refunds[].duties "
    "refunds[].order_adjustments* refunds[].refund_shipping_lines refunds[].refund_line_items[].id refunds[].refund_line_items[].location_id "
    "refunds[].refund_line_items[].subtotal refunds[].refund_line_items[].total_tax": "how the channel came to what it returned: how much is read from the money itself",
    "refunds[].transactions[].*_id refunds[].transactions[].*_at refunds[].transactions[].id refunds[].transactions[].amount_rounding refunds[].transactions[].authorization "
    "refunds[].transactions[].error_code refunds[].transactions[].gateway refunds[].transactions[].manual_payment_gateway "
    "refunds[].transactions[].message refunds[].transactions[].payments_refund_attributes* refunds[].transactions[].receipt refunds[].transactions[].source_name "
    "refunds[].transactions[].test": "by which way the channel gave it back",
    "payment_details*": "of the card: no more of it than the gateway's reference is wanted here",
    "payment_terms.created_at payment_terms.updated_at payment_terms.id payment_terms.due_in_days payment_terms.payment_schedules payment_terms.payment_terms_type "
    "company.location_id": "the name of the terms and the company are read",
    "presentment_currency processed_at processing_method order_number": "said by another field, or read where that is missing",
    "shipping_lines[].carrier_identifier shipping_lines[].id shipping_lines[].phone shipping_lines[].requested_fulfillment_service_id "
    "shipping_lines[].source": "whose rate it was: method and price are read",
    "duties_included": "duties are in the total by their own field or not at all",
}

WOOCOMMERCE: Table = {
    "_links* cart_hash version parent_id meta_data[].id line_items[].meta_data[].id fee_lines[].id coupon_lines[].id shipping_lines[].id tax_lines[].id refunds[].id is_editable needs_payment needs_processing payment_url": "WooCommerce's own handles of the order",
    "customer_ip_address customer_user_agent": "of the visit, not of the order",
    "date_completed* date_created date_modified": "in the shop's own time; the ones in UTC are read",
    "cart_tax total_tax discount_total discount_tax shipping_lines[].total shipping_lines[].total_tax coupon_lines[].discount coupon_lines[].discount_tax": "sums or parts of what is read by the line",
    "coupon_lines[].discount_type coupon_lines[].free_shipping coupon_lines[].meta_data coupon_lines[].nominal_amount": "how a coupon is reckoned: what it took off is read, and its code",
    "currency_symbol payment_method_title": "another name of what is read",
    "fee_lines[].amount fee_lines[].meta_data fee_lines[].tax_* fee_lines[].taxes": "total and tax of the fee are read",
    "line_items[].global_unique_id line_items[].image* line_items[].parent_name line_items[].tax_class": "of the catalogue",
    "line_items[].price line_items[].taxes* shipping_lines[].taxes* shipping_lines[].tax_status": "the line's amounts once more, each unit's or each tax's",
    "line_items[].meta_data[].display_*": "the same as key and value, for a page",
    "meta_data[].value.*": "a plugin's own structure: text, numbers and flags are read",
    "refunds[].reason refunds[].refund": "why money was returned: how much is read",
    "shipping_lines[].instance_id shipping_lines[].meta_data*": "of the shop's own settings for the method",
    "tax_lines[].compound tax_lines[].meta_data tax_lines[].rate_code tax_lines[].rate_id": "title, rate and amounts of the tax are read",
}

SQUARE: Table = {
    "version pricing_options* *catalog_version discounts[].uid taxes[].uid service_charges[].uid rounding_adjustment.uid fulfillments[].metadata fulfillments[].entries[].uid fulfillments[].entries[].quantity "
    "line_items[].applied_discounts[].discount_uid line_items[].applied_taxes[].tax_uid line_items[].modifiers[].uid line_items[].applied_*[].uid": "Square's own handles of the order's parts",
    "net_amounts.*.amount total_discount_money.amount total_service_charge_money.amount total_tax_money.amount": "sums of what is read by the line",
    "closed_at line_items[].item_type": "follows from the state; what is no goods has no SKU, and is held",
    "discounts[].*_money.amount discounts[].catalog_object_id discounts[].percentage discounts[].scope discounts[].type "
    "line_items[].applied_discounts[].applied_money.amount line_items[].total_discount_money.amount": "how a discount is reckoned: name, and what the line costs after it, are read",
    "line_items[].applied_taxes[].applied_money.amount taxes[].auto_applied taxes[].catalog_object_id taxes[].scope": "the line's tax and each tax's sum are read",
    "line_items[].modifiers[].*_money.amount line_items[].modifiers[].catalog_object_id line_items[].variation_total_price_money.amount": "in the line's gross amount; the modifier's name is read",
    "service_charges[].amount_money.amount service_charges[].applied_money.amount service_charges[].calculation_phase service_charges[].taxable "
    "service_charges[].total_tax_money.amount service_charges[].type rounding_adjustment.name": "name and total of the charge are read",
    "fulfillments[].*_details.placed_at fulfillments[].*_details.prep_time_duration fulfillments[].*_details.schedule_type "
    "fulfillments[].shipment_details.note fulfillments[].*_details.recipient.customer_id fulfillments[].line_item_application ticket_name": "said by another field, or read where that is missing",
    "refunds[].created_at refunds[].id refunds[].location_id refunds[].processing_fee_money.amount refunds[].reason refunds[].tender_id "
    "refunds[].transaction_id": "how the channel came to what it returned: how much is read",
    "tenders[].card_details.* tenders[].created_at tenders[].customer_id tenders[].location_id tenders[].note tenders[].processing_fee_money.amount "
    "tenders[].tip_money.amount tenders[].transaction_id": "kind, amount and payment are read; of the card no more is wanted here",
}

BIGCOMMERCE: Table = {
    "order.cart_id *.resource *.url order.is_deleted order.shipping_address_count order.tax_provider_id *tax_class_id *_zone_id *_zone_name products[].order_id "
    "shipping_addresses[].order_id *option_set_id *parent_order_product_id products[].configurable_fields order.billing_address.form_fields": "BigCommerce's own handles of the order's parts",
    "order.ip_address* order.geoip* order.is_email_opt_in order.credit_card*": "of the visit and the card, not of the order",
    "order.base_* order.handling_cost_ex_tax order.wrapping_cost_ex_tax order.shipping_cost_inc_tax order.subtotal_* order.total_ex_tax order.total_tax "
    "order.handling_cost_tax order.wrapping_cost_tax order.items_total": "sums and parts of what is read",
    "order.fees[].id order.fees[].type order.fees[].source order.fees[].base_cost order.fees[].cost_ex_tax order.fees[].cost_tax order.fees[].display_name_merchant "
    "order.fees[].name": "name and amount of the fee are read",
    "order.currency_id order.currency_exchange_rate order.default_currency_* order.store_default_*": "what the buyer paid in is read; the rate to the shop's own is of its books",
    "order.custom_status order.status order.date_shipped order.items_shipped order.items_fulfilled order.order_is_digital": "said by the status's number and by the lines",
    "order.ebay_order_id order.external_merchant_id order.external_order_id order.order_source": "where another system's number is given, it is `external_id`",
    "order.coupons* order.consignments* order.products* order.shipping_addresses*": "links",
    "products[].applied_discounts[].id products[].applied_discounts[].name products[].applied_discounts[].target": "code and amount are read",
    "products[].base_* products[].cost_price_* products[].price_* products[].total_inc_tax products[].discounted_total_inc_tax products[].fixed_shipping_cost "
    "products[].wrapping_cost_* products[].wrapping_id": "the line's amounts once more, or parts of the order's fees",
    "products[].brand products[].gtin products[].mpn products[].upc products[].weight products[].width products[].height products[].depth products[].name_* "
    "products[].fulfillment_source products[].is_bundled_product": "of the catalogue",
    "products[].ebay_* products[].external_id products[].gift_certificate_id": "of another system",
    "products[].is_refunded products[].quantity_refunded products[].refund_amount products[].return_id": "how the channel came to what it returned: how much is read",
    "products[].product_options[].display_name_* products[].product_options[].display_style products[].product_options[].display_value_* products[].product_options[].id "
    "products[].product_options[].name products[].product_options[].*_id products[].product_options[].type products[].product_options[].value": "what is shown of an option is read",
    "shipping_addresses[].base_* shipping_addresses[].cost_* shipping_addresses[].handling_cost_* shipping_addresses[].items_* "
    "shipping_addresses[].email shipping_addresses[].country order.billing_address.country": "the order's shipping and handling are read, and the country's code",
}

AMAZON: Table = {
    "associatedOrders orderItems[].associatedOrderItems[].associationType orderItems[].associatedOrderItems[].orderItemId": "which order goes with it is read",
    "*.earliestDateTime recipient.deliveryPreference.deliveryTime*": "the latest moment is the promise",
    "orderItems[].expense* orderItems[].fulfillment.picking* orderItems[].measurement*": "of what the shop does not take part in: points, substitutes, goods by weight",
    "orderItems[].proceeds.proceedsTotal*": "the sum of the breakdowns, which are read",
    "orderItems[].product.condition.conditionSubtype orderItems[].product.condition.conditionType orderItems[].product.serialNumbers[]": "one SKU is of one condition",
    "packages*": "parcels that Amazon has been told of: how many units have left is read",
    "salesChannel.channelName": "always Amazon: the marketplace is read",
}

COMMERCETOOLS: Table = {
    "type version createdBy* lastModifiedBy* completedAt *.typeId custom.type* lineItems[].custom.type* discountCodes[].discountCode.obj.id paymentInfo.payments[].obj.version cart.id quote state.id syncInfo *ineItems[].key "
    "lineItems[].state* customLineItems[].state* lineItems[].addedAt": "commercetools' own handles of the order's parts",
    "*Price.type *money.type *value.type *totalNet.type *totalGross.type *totalTax.type *mount.type *amountPlanned.* *.price.type": "of how money is written",
    "anonymousId shippingMode country inventoryMode *priceMode taxCalculationMode taxMode taxRoundingMode lineItems[].lineItemMode lineItems[].inventoryMode "
    "transactionFee": "of how the cart was reckoned",
    "*Address.externalId *Address.fax *Address.id shippingAddress.key billingAddress.key *Address.region *Address.salutation *Address.title *Address.email itemShippingAddresses[].email itemShippingAddresses[].externalId itemShippingAddresses[].fax itemShippingAddresses[].id itemShippingAddresses[].region itemShippingAddresses[].salutation itemShippingAddresses[].title": "said by another field of the address, or no parcel needs it",
    "shipping[].shippingAddress.a* shipping[].shippingAddress.b* shipping[].shippingAddress.c* shipping[].shippingAddress.d* shipping[].shippingAddress.f* "
    "shipping[].shippingAddress.l* shipping[].shippingAddress.m* shipping[].shippingAddress.p* shipping[].shippingAddress.s* "
    "shipping[].shippingKey lineItems[].shippingDetails.targets[].shippingMethodKey lineItems[].shippingDetails.valid": "the line's address, and the method that goes there, are read",
    "*.discountedPricePerQuantity* directDiscounts discountCodes[].discountCode.id discountCodes[].state *.includedDiscounts refusedGifts": "how a discount is reckoned: what it took off is read, and its code",
    "customLineItems[].slug *.perMethodTaxRate *.taxRate.amount *.taxRate.country *.taxRate.id *.taxRate.name *.taxRate.subRates *.taxedPricePortions "
    "customLineItems[].taxedPrice.taxPortions *shippingInfo.taxedPrice.taxPortions *shippingInfo.taxRate.includedInPrice": "taxes are read by their portions",
    "taxedPrice.totalNet* *taxedPrice.totalTax* taxedShippingPrice*": "sums of what is read",
    "lineItems[].price.id lineItems[].productKey lineItems[].productSlug* lineItems[].productType* lineItems[].variant.assets lineItems[].variant.attributes* "
    "lineItems[].variant.images lineItems[].variant.key lineItems[].variant.prices*": "of the catalogue",
    "paymentInfo.payments[].id paymentInfo.payments[].obj.interfaceInteractions paymentInfo.payments[].obj.paymentMethodInfo.name* paymentInfo.payments[].obj.paymentStatus "
    "paymentInfo.payments[].obj.paymentMethodInfo.paymentInterface paymentInfo.payments[].obj.transactions[].id paymentInfo.payments[].obj.transactions[].interactionId "
    "paymentInfo.payments[].obj.transactions[].timestamp": "method, reference and what has moved are read",
    "returnInfo shipmentState": "what has left is read from the deliveries; returns are begun here",
    "*shippingInfo.shippingMethod.id *shippingInfo.shippingMethodState *shippingInfo.shippingRate* *shippingInfo.taxCategory* shippingRateInput* shipping[].shippingInfo.deliveries": "name and price of the method are read",
}

MAGENTO: Table = {
    "applied_rule_ids billing_address_id edit_increment email_sent ext_customer_id protect_code quote_id remote_ip x_forwarded_for store_id is_virtual "
    "customer_note_notify *.converting_from_quote *.quote_item_id *.order_id items[].store_id *.parent_id *.entity_id items[].created_at items[].updated_at items[].event_id "
    "items[].ext_order_item_id items[].additional_data items[].locked_do_ship items[].applied_rule_ids": "Magento's own handles of the order's parts",
    "base_to_* base_total_paid global_currency_code store_currency_code store_to_* *.base_*": "in the shop's own currency: the order's is read, and the shop's total is kept",
    "*address.address_type *address.customer_address_id *address.email *address.fax *address.region_id *address.vat_* *address.region": "the order's e-mail and tax number, and the region's code, are read",
    "customer_dob customer_gender customer_firstname customer_lastname customer_is_guest": "of the customer: the address has the name",
    "discount_amount tax_amount subtotal subtotal_incl_tax shipping_incl_tax total_due total_invoiced total_item_count total_online_refunded total_qty_ordered weight": "sums of what is read",
    "extension_attributes.applied_taxes[].code extension_attributes.applied_taxes[].extension_attributes* extension_attributes.item_applied_taxes*": "title, rate and amount of the tax are read",
    "extension_attributes.gift_cards[]* extension_attributes.reward_points_balance": "what they have paid is read",
    "*gift_message.customer_id *gift_message.gift_message_id *gift_message.extension_attributes* items[].extension_attributes.gw_price "
    "items[].extension_attributes.gw_tax_amount": "the order has the sum of what its wraps cost",
    "extension_attributes.payment_additional_info* payment.account_status payment.additional_information* payment.amount_ordered payment.amount_paid payment.cc_* "
    "payment.shipping_amount payment.amount_authorized": "method, reference and what is paid are read",
    "extension_attributes.shipping_assignments[].items* extension_attributes.shipping_assignments[].shipping.total*": "an order of Magento has one assignment; its amounts are the order's",
    "items[].amount_refunded items[].discount_invoiced items[].discount_percent items[].discount_refunded items[].qty_backordered items[].qty_invoiced items[].qty_refunded "
    "items[].qty_returned items[].row_invoiced items[].tax_canceled items[].tax_invoiced items[].tax_refunded": "of its own invoices and credit memos",
    "items[].original_price items[].price_incl_tax items[].row_total_incl_tax items[].tax_before_discount items[].tax_percent items[].weee_tax_applied items[].weee_tax_applied_amount": "the line's amounts once more",
    "items[].description items[].free_shipping items[].is_qty_decimal items[].no_discount items[].row_weight items[].weight": "of the catalogue",
    "status_histories[]*": "notes of the shop's people, in Magento",
}

EBAY: Table = {
    "buyer.buyerRegistrationAddress* buyer.taxAddress* buyer.taxIdentifier.issuingCountry buyer.taxIdentifier.taxIdentifierType sellerId": "of the buyer and the seller, not of this order",
    "cancelStatus.cancelRequests fulfillmentHrefs orderFulfillmentStatus legacyOrderId": "said by another field",
    "fulfillmentStartInstructions[].ebaySupportedFulfillment "
    "fulfillmentStartInstructions[].shippingStep.shippingCarrierCode fulfillmentStartInstructions[].shippingStep.shipTo.contactAddress.county "
    "program*": "where it goes is read as eBay says it, and by which service",
    "*.minEstimatedDeliveryDate lineItems[].lineItemFulfillmentInstructions.guaranteedDelivery "
    "lineItems[].lineItemFulfillmentInstructions.maxEstimatedDeliveryDate": "the latest day of the order is the promise",
    "lineItems[].appliedPromotions[].discountAmount.currency paymentSummary.payments[].amount.currency": "of amounts that are not read",
    "lineItems[].appliedPromotions[].description lineItems[].appliedPromotions[].discountAmount.value": "the line's cost after discounts is read",
    "lineItems[].compatibilityProperties lineItems[].itemLocation* lineItems[].properties* lineItems[].purchaseMarketplaceId lineItems[].soldFormat "
    "lineItems[].linkedOrderLineItems": "of the listing",
    "lineItems[].deliveryCost* lineItems[].total* lineItems[].refunds pricingSummary.priceDiscount* pricingSummary.priceSubtotal* pricingSummary.tax*": "sums and parts of what is read",
    "ebayCollectAndRemitTax lineItems[].ebayCollectAndRemitTaxes[].collectionMethod lineItems[].ebayCollectAndRemitTaxes[].ebayReference*": "kind and amount of the tax are read",
    "lineItems[].giftDetails.recipientEmail": "eBay tells the recipient itself",
    "paymentSummary.payments[].amount.value paymentSummary.payments[].paymentDate paymentSummary.payments[].paymentHolds paymentSummary.payments[].paymentStatus "
    "paymentSummary.totalDueSeller* totalFeeBasisAmount* totalMarketplaceFee*": "what eBay pays out, and keeps, is of its payouts",
}

API: Table = {}
