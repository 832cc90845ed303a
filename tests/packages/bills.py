"""Software bills of materials, judged by the PyPI library of CycloneDX and by what they have to say.

    check(PATH) -> the document; raises AssertionError
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VENV = ROOT / "build" / "bills"
LIBRARY = "cyclonedx-python-lib[json-validation]==11.12.0"
SKIPPED = 77

JUDGE = """
import json, sys
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1], encoding="utf-8").read()
problem = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
if problem:
    sys.exit(f"{sys.argv[1]}: {problem}")
bom = Bom.from_json(json.loads(text))
bom.validate()
print(len(bom.components))
"""


def library():
    stamp = VENV / "installed"
    if not stamp.exists() or stamp.read_text(encoding="utf-8") != LIBRARY:
        subprocess.run(["/usr/bin/python3", "-m", "venv", "--clear", VENV], check=True)
        got = subprocess.run([VENV / "bin" / "pip", "install", "-q", LIBRARY], capture_output=True, text=True, check=False)
        if got.returncode:
            print(got.stderr[-2000:])
            print("cyclonedx-python-lib is out of reach here")
            sys.exit(SKIPPED)
        stamp.write_text(LIBRARY, encoding="utf-8")
    return VENV / "bin" / "python"


def check(path):
    done = subprocess.run([library(), "-c", JUDGE, path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    document = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    assert int(done.stdout) == len(document["components"]) > 0
    names = {component["name"] for component in document["components"]}
    refs = {component["bom-ref"] for component in document["components"]} | {document["metadata"]["component"]["bom-ref"]}
    assert names >= {"uthash-dev", "libgnutls30", "libmicrohttpd12", "libldns3", "preact"}, names
    for one in document["dependencies"]:
        assert refs >= {one["ref"], *one["dependsOn"]}, one
    return document


def hashes(document):
    """SHA-256 of each file that a bill names."""
    parts = [document["metadata"]["component"], *(file for component in document["components"] for file in component.get("components", ()))]
    return {part["name"]: part["hashes"][0]["content"] for part in parts}


if __name__ == "__main__":
    for each in sys.argv[1:]:
        print(f"{each}: {len(check(each)['components'])} components")
