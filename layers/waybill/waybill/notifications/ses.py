"""Amazon SES v2, as a raw message: what leaves is what we wrote, header by header."""

from __future__ import annotations

from datetime import datetime

from waybill.aws.clients import client
from waybill.kernel.errors import InvalidInput
from waybill.notifications.mime import raw
from waybill.notifications.model import Mail


class Ses:
    """`ports.Post` on SES."""

    def send(self, mail: Mail, now: datetime) -> str:
        sesv2 = client("sesv2")
        refusals = (sesv2.exceptions.MessageRejected, sesv2.exceptions.BadRequestException)
        try:
            answer = sesv2.send_email(
                FromEmailAddress=mail.sender,
                Destination={"ToAddresses": [mail.to]},
                Content={"Raw": {"Data": raw(mail, now)}},
            )
        except refusals as refusal:
            raise InvalidInput("SES refuses this mail: see the runbook, mail-refused") from refusal
        return str(answer.get("MessageId", ""))
