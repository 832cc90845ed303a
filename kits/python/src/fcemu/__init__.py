"""fcemu for tests: a daemon of your own, an account of it for each test, and faults on wish.

    import fcemu

    with fcemu.start() as daemon:
        cloud = daemon.account()
        cloud.stub("pay", body='{"paid": true}')
        cloud.fault("ResourceThrottled", function="pay", times=2)
        application_under_test(endpoint=cloud.endpoint)
        cloud.verify(calls={"match": {"function": "pay"}, "eq": 3})

With pytest there is nothing to start: ask for the fixture `fcemu`.
"""

from ._account import Account, Call, NotYourOwn, Rule
from ._daemon import Daemon, FcemuError, attach, binary, start
from ._version import VERSION as __version__

__all__ = ["Account", "Call", "Daemon", "FcemuError", "NotYourOwn", "Rule", "__version__", "attach", "binary", "start"]
