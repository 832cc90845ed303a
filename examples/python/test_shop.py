import pathlib

import pytest

from shop import Unknown, charge

FUNCTION = pathlib.Path(__file__).parent / "functions" / "charge"


@pytest.fixture
def client(fcemu):
    fcemu.deploy("charge", FUNCTION)
    return fcemu.client()


def test_an_order_is_charged(client):
    assert charge(client, "4711") == {"charged": "4711"}


@pytest.mark.fault("ResourceThrottled", operation="InvokeFunction", times=2)
def test_throttling_is_waited_out(fcemu, client):
    assert charge(client, "4711", pause=0.01) == {"charged": "4711"}
    fcemu.verify(calls={"match": {"function": "charge"}, "eq": 3}, backoff={"match": {"function": "charge"}, "first_gap": {"gte": "10ms"}})


@pytest.mark.fault({"close": {"at": "headers"}, "effect": "done"}, operation="InvokeFunction", times=1)
def test_a_lost_answer_is_no_second_charge(fcemu, client):
    with pytest.raises(Unknown):
        charge(client, "4711")
    fcemu.verify(calls={"match": {"operation": "InvokeFunction"}, "eq": 1}, duplicates={"match": {"function": "charge"}, "eq": 0})
