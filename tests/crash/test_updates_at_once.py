"""Two updates of one function at the same moment: one 200, the other 200 or refused as documented, and no lost update."""

import json
import threading

from test_kill import Client, body

ROUNDS = 1000
FUNCTION = "/2016-08-15/services/race/functions/f"


def update(port, barrier, outcomes, side):
    client = Client(port)
    for number in range(ROUNDS):
        barrier.wait()
        outcomes[side][number] = client.call("PUT", FUNCTION, {"description": f"{side}-{number}"})
        barrier.wait()
    client.close()


def test_two_updates_at_once(daemon):
    running = daemon()
    client = Client(running.port)
    assert client.call("POST", "/2016-08-15/services", {"serviceName": "race"})[0] == 200
    assert client.call("POST", "/2016-08-15/services/race/functions", body(1, "f"))[0] == 200
    barrier, outcomes = threading.Barrier(3), [[None] * ROUNDS, [None] * ROUNDS]
    threads = [threading.Thread(target=update, args=(running.port, barrier, outcomes, side)) for side in (0, 1)]
    for thread in threads:
        thread.start()
    refused = 0
    for number in range(ROUNDS):
        barrier.wait()
        barrier.wait()
        pair = [outcomes[side][number] for side in (0, 1)]
        winners = [side for side in (0, 1) if pair[side][0] == 200]
        for status, answer in pair:
            assert status == 200 or (status == 409 and json.loads(answer)["ErrorCode"] == "ConcurrentUpdateError"), answer
        assert winners
        refused += 2 - len(winners)
        now = json.loads(client.call("GET", FUNCTION)[1])["description"]
        assert now in [f"{side}-{number}" for side in winners], (now, pair)
    for thread in threads:
        thread.join()
    client.close()
    assert refused > 0, "no two updates ever met"
