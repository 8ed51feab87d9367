"""A price list such as a shop has of a carrier: two zones by postal code and country, the others by distance."""

from __future__ import annotations

CSV = """\
record,service,name,zone,country,postal_from,postal_to,up_to_km,over,up_to,price,days,weekdays,hazard,not_to,from,until,when,percent,over_g,over_mm,over_girth_mm,divisor,unit,whole,over_cm3
zone,,,1,US,,,600
zone,,,2,US
zone,,,3,US,967,968
zone,,,9,CA
service,ground,Ground,,,,,,,,,,1-6
service,air,Air,,,,,,,,,,1-5,no,9
rate,ground,,1,,,,,0,1 lb,7.00,2
rate,ground,,1,,,,,1 lb,30 kg,12.50,
rate,ground,,2,,,,,0,30 kg,15.00,4
rate,ground,,3,,,,,0,30 kg,31.00,8
rate,ground,,9,,,,,0,30 kg,24.00,6
rate,air,,1,,,,,0,20000,20,1
rate,air,,2,,,,,0,20000,25,1
rate,air,,3,,,,,0,20000,60,2
surcharge,,Fuel,,,,,,,,,,,,,2026-01-01,,always,12.5
surcharge,,Fuel,,,,,,,,,,,,,2026-12-01,,always,14
surcharge,ground,Residential,,,,,,,,5.05,,,,,2026-01-01,,residential
surcharge,,Saturday,,,,,,,,16,,,,,2026-01-01,,saturday
surcharge,,Remote,,US,967,968,,,,12,,,,,2026-01-01,,remote
surcharge,,Handling,,,,,,,,9,,,,,2026-01-01,,handling,,22000
surcharge,,Handling,,,,,,,,11,,,,,2026-01-01,,handling,,,1219
surcharge,,Oversize,,,,,,,,90,,,,,2026-01-01,2026-12-31,oversize,,,,2667
divisor,,,,,,,,,,,,,,,2026-01-01,,,,,,,166,imperial,no
divisor,,,,,,,,,,,,,,,2026-12-01,,,,,,,139,imperial,yes
holiday,,,,,,,,,,,,,,,2026-11-26
"""
