"""Repeats below the program: Go's transport sends a request again when a connection it had used breaks; the program hears nothing of it."""

import json
import os
import shutil
import subprocess

import pytest

from test_exec import Cli

CLIENT = """package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const host = "16530750.cn-shanghai.fc.aliyuncs.com"

func call(client *http.Client, method, path, body string) error {
	request, _ := http.NewRequest(method, "http://"+os.Getenv("FCEMU_ADDRESS")+"/2016-08-15/services"+path, strings.NewReader(body))
	if body == "" {
		request, _ = http.NewRequest(method, "http://"+os.Getenv("FCEMU_ADDRESS")+"/2016-08-15/services"+path, nil)
	}
	request.Host = host
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func main() {
	client := &http.Client{}
	for i := 0; i < 2; i++ {
		if err := call(client, "GET", "", ""); err != nil {
			fmt.Println("the program saw:", err)
		}
	}
	for i := 0; i < 3 && call(client, "POST", "/s/functions/pay/invocations", "{}") != nil; i++ {
		fmt.Println("the program repeats")
		time.Sleep(300 * time.Millisecond)
	}
}
"""
RULES = """
version: 1
rules:
  - id: used
    match: {connection_call: {gte: 2}}
    do: {reset: {at: headers}}
    ttl: 1h
drills:
  - id: used
    require: {calls: 5}
    assert:
      - retries: {match: {operation: ListServices}, eq: 0}
      - retries: {match: {operation: InvokeFunction}, eq: 1}
      - calls: {match: {repeated_by: transport}, eq: 1}
      - backoff: {match: {operation: InvokeFunction}, attempts: {eq: 2}, first_gap: {gte: 300ms}}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    if not shutil.which("go"):
        pytest.skip("no Go on this machine")
    folder = tmp_path_factory.mktemp("go")
    (folder / "main.go").write_text(CLIENT)
    subprocess.run(["go", "build", "-o", "client", "main.go"], cwd=folder, check=True, env={**os.environ, "GO111MODULE": "off"})
    return folder / "client"


@pytest.mark.heavy
def test_what_gos_transport_repeats_is_no_retry_of_the_program(tmp_path, client):
    cli = Cli(tmp_path)
    (tmp_path / "used.yaml").write_text(RULES)
    report = tmp_path / "report.json"
    done = cli.run("drill", "run", tmp_path / "used.yaml", "--report", report, "--", client)
    assert "the program saw" not in done.stdout and done.stdout.count("the program repeats") == 1
    told = json.loads(report.read_text())
    assert [(call["operation"], call["cut"], call["by_transport"]) for call in told["timeline"]] == [
        ("ListServices", "", False),
        ("ListServices", "reset", False), ("ListServices", "", True),
        ("InvokeFunction", "reset", False), ("InvokeFunction", "", False),
    ]
    assert [(chain["attempts"], chain["transport_repeats"], len(chain["gaps_ms"])) for chain in told["chains"]] == [(2, 1, 0), (2, 0, 1)]
    assert "1 repeats below the program" in told["assertions"][0]["text"]


@pytest.mark.heavy
def test_the_matrix_shows_what_the_transport_did(tmp_path, client):
    told = json.loads(Cli(tmp_path).run("react", "--errors", "InvalidArgument", "--network", "--json", "--", client).stdout)
    (cell,) = [cell for cell in told["cells"] if cell["injected"] == "reset, reused" and cell["operation"] == "ListServices"]
    assert (cell["attempts_most"], cell["transport_repeats"], cell["gaps_ms"]) == (2, 1, [])
