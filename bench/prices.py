"""AWS list prices, us-east-1, on-demand, in US dollars per single unit. Sources: the pricing pages of each service, 2026-11."""

STATE_TRANSITION = 25e-6
WRITE_UNIT = 0.625e-6
READ_UNIT = 0.125e-6
SQS_REQUEST = 0.40e-6
BUS_EVENT = 1.00e-6
HTTP_REQUEST = 1.00e-6
S3_PUT = 5.0e-6
S3_GET = 0.40e-6
SECRET_CALL = 5.0e-6
LAMBDA_REQUEST = 0.20e-6
LAMBDA_GB_SECOND = 13.3334e-6
LOG_BYTE = 0.50 / 1e9
