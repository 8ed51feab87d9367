"""Webhooks are believed over their raw bytes and nothing else."""

import base64
import hashlib
import hmac
import subprocess

import pytest

from waybill.channels.model.signature import signed, standard_webhook, verified

BODY = '{"id":450789469,"note":"ü – ok"}'.encode()


def test_the_signature_is_base64_of_hmac_sha256_over_the_bytes():
    assert signed(BODY, "hush") == base64.b64encode(hmac.new(b"hush", BODY, hashlib.sha256).digest()).decode()


def test_openssl_makes_the_same_signature():
    made = subprocess.run(["openssl", "dgst", "-sha256", "-hmac", "hush", "-binary"], input=BODY, capture_output=True, check=False)
    if made.returncode:
        pytest.skip("openssl is not installed")
    assert signed(BODY, "hush") == base64.b64encode(made.stdout).decode()


def test_the_published_standard_webhooks_vector_holds():
    """From the specification's reference libraries: secret, id, timestamp and payload of their own test."""
    made = standard_webhook("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_either_of_two_live_secrets_is_believed():
    assert verified(BODY, signed(BODY, "old"), ["new", "old"])
    assert verified(BODY, signed(BODY, "new"), ["new", "old"])


@pytest.mark.parametrize("presented", ["", "AAAA", "not base64 ü", "\udc80", signed(BODY, "other"), signed(BODY, "hush").lower()])
def test_what_no_live_secret_made_is_not_believed(presented):
    assert not verified(BODY, presented, ["hush"])


def test_an_empty_secret_signs_nothing():
    assert not verified(BODY, signed(BODY, ""), [""])


@pytest.mark.parametrize("changed", [BODY + b" ", BODY.replace(b"ok", b"no"), b""])
def test_one_changed_byte_is_noticed(changed):
    assert not verified(changed, signed(BODY, "hush"), ["hush"])
