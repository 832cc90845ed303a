import json


def handler(event, context):
    return json.dumps({"charged": json.loads(event)["order"]})
