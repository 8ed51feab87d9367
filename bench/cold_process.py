"""What `bench.coldstart` runs in a fresh process: `app` is imported, then its handler answers one call as it was taken down.

    python cold_process.py [file of the call]

The outside is answered at the gate: clients are made for real, requests are not sent. Prints one JSON line. Imports nothing at the
top that the function could then find there for nothing.
"""

import sys
import time

start = time.process_time()
import app  # noqa: E402 (the measurement)

initialised = time.process_time()


class Replay:
    """Answers each outside call as the outside did, in the order of its name. What was not taken down goes through: the gateway's
    client works for real, on a stand-in."""

    def __init__(self, answers):
        self.left = {}
        for name, answer, error in answers:
            self.left.setdefault(name, []).append((answer, error))

    def around(self, name, thunk, detail):
        import pickle

        if name not in self.left:
            return thunk()
        answer, error = self.left[name].pop(0)
        if error is None:
            return pickle.loads(answer)  # noqa: S301 (our own)
        from waybill.aws import clients

        service, _, operation = name.partition(".")
        raise clients.client(service).exceptions.from_code(error["Error"]["Code"])(error, operation)


def first_call(file):
    """Seconds of CPU until the call is answered."""
    import pickle

    from waybill.aws import gate

    with open(file, "rb") as saved:
        call = pickle.load(saved)  # noqa: S301 (our own)
    began = time.process_time()
    with gate.watching(Replay(call["answers"])):
        answer = app.handler(call["event"], None)
    ended = time.process_time()
    if isinstance(answer, dict) and (answer.get("batchItemFailures") or answer.get("statusCode", 200) >= 400):
        sys.exit(f"the first call failed: {answer}")
    return ended - began


if __name__ == "__main__":
    called = first_call(sys.argv[1]) if sys.argv[1:] else 0.0
    with open("/proc/self/status") as status:  # not getrusage: it begins with what the parent had
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(f'{{"init": {initialised - start}, "call": {called}, "mb": {peak / 1024}}}')
