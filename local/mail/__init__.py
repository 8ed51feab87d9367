"""The demo shop's mailbox: an SMTP server that keeps what SES would have sent, and pages to read it."""
