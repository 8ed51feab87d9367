"""What our code, Lambda and the dead letters do to a queue, drawn at random. A receipt is named by its number in the story."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.proof.clouds import Little

Step = tuple[str, int, int]
_few = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), _few, st.sampled_from((0, 0, 0, 900))),
        st.tuples(st.just("receive"), st.integers(1, 3), st.sampled_from((0, 0, 30))),
        st.tuples(st.just("delete"), _few, st.just(0)),
        st.tuples(st.just("hide"), _few, st.sampled_from((0, 30))),
        st.tuples(st.just("count"), st.just(0), st.just(0)),
        st.tuples(st.just("dead"), st.just(10), st.just(0)),
    ),
    max_size=25,
)
_COUNTS = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]


def told(cloud: Little, steps: list[Step]) -> list[Any]:
    """What each step came to, in bodies and counts."""
    receipts: list[tuple[str, str]] = []
    return [_step(cloud, receipts, number, *step) for number, step in enumerate(steps)]


def _step(cloud: Little, receipts: list[tuple[str, str]], number: int, verb: str, first: int, second: int) -> Any:
    if verb == "send":
        delay = {"DelaySeconds": second} if second else {}
        return "MessageId" in cloud.ask_queue("send_message", QueueUrl=cloud.queue, MessageBody=f"m{number}", **delay)
    if verb in ("receive", "dead"):
        wanted = {"MaxNumberOfMessages": first, "VisibilityTimeout": second, "AttributeNames": ["ApproximateReceiveCount"]}
        queue = cloud.queue if verb == "receive" else cloud.dead
        found = cloud.ask_queue("receive_message", QueueUrl=queue, **wanted).get("Messages", [])
        if verb == "receive":
            receipts += [(message["Body"], message["ReceiptHandle"]) for message in found]
        return [message["Body"] if verb == "dead" else (message["Body"], message["Attributes"]["ApproximateReceiveCount"]) for message in found]
    if verb == "count":
        counts = cloud.ask_queue("get_queue_attributes", QueueUrl=cloud.queue, AttributeNames=_COUNTS)["Attributes"]
        return {name: str(counts[name]) for name in _COUNTS}
    if first >= len(receipts) or receipts[first][0] in [body for body, _ in receipts[first + 1 :]]:
        return None  # OLD_RECEIPT: received again since
    receipt = receipts[first][1]
    if verb == "delete":
        cloud.ask_queue("delete_message", QueueUrl=cloud.queue, ReceiptHandle=receipt)
        return None  # OLD_RECEIPT
    answer = cloud.ask_queue("change_message_visibility", QueueUrl=cloud.queue, ReceiptHandle=receipt, VisibilityTimeout=second)
    return "refused" in answer
