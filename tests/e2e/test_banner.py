"""The banner's three lines work when pasted."""

import re
import subprocess

from fcemu import ROOT, environment


def test_three_lines_to_paste(daemon):
    running = daemon(arguments=["--config", ROOT / "config" / "fcemu.yaml"])
    lines = re.findall(r"^\s+(curl .+)$", running.log(), re.M)
    assert len(lines) == 3

    outputs = [
        subprocess.run(line, shell=True, cwd=running.folder, env=environment(running.folder), capture_output=True, text=True, timeout=60, check=False)
        for line in lines
    ]

    assert [output.returncode for output in outputs] == [0, 0, 0], outputs
    assert "ResourceExhausted" in outputs[0].stdout
    assert outputs[1].stdout.startswith("{")
    assert "ResourceExhausted" in outputs[2].stdout
