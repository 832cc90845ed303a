import pytest

from shop import call  # what is tested: it takes a client and retries


@pytest.mark.fault("ResourceThrottled", function="pay", times=2)
def test_pay_survives(fcemu):
    fcemu.stub("pay", json={"ok": True})
    call(fcemu.client(), payload="{\"n\":1}")
    fcemu.verify(calls={"match": {"function": "pay"}, "eq": 3})
