"""What the functions of the drills do: a slow start, as of code that loads a model, and then a short answer."""

import time

time.sleep(1.5)


def handler(event, context):
    return "ok from " + context.function.name
