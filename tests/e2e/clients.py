"""Real HTTP clients, each as a small program: what they say of a call that a fault ends.

A program reads what to call from a JSON text in its argument and prints {name: {"status", "body"} or {"error"}}. All of a test's
calls are made by one process a client, because a JVM or a compiler costs more than the calls."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import urllib.parse

import pytest

PYTHON = """
import http.client, json, socket, ssl, sys, urllib.parse
task, told = json.loads(sys.argv[1]), {}
for call in task["calls"]:
    url = urllib.parse.urlsplit(call["url"])
    try:
        address = call.get("address", task["address"]) or url.hostname
        sock = socket.create_connection((address, url.port), timeout=call["timeout"])
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if url.scheme == "https":
            sock = ssl.create_default_context(cafile=task["ca"]).wrap_socket(sock, server_hostname=url.hostname)
        connection = http.client.HTTPConnection(url.hostname, url.port)
        connection.sock = sock
        connection.request(call["method"], url.path, body=b"x" * call["bytes"] if call["bytes"] else None, headers={"Host": url.hostname})
        reply = connection.getresponse()
        told[call["name"]] = {"status": reply.status, "body": reply.read().decode()}
    except Exception as problem:
        told[call["name"]] = {"error": f"{type(problem).__name__}: {problem}"}
print(json.dumps(told))
"""

NODE = """
const http = require("http"), https = require("https"), fs = require("fs");
const task = JSON.parse(process.argv[process.argv.length - 1]), told = {};
const one = (call) => new Promise((over) => {
  const url = new URL(call.url), secure = url.protocol === "https:";
  const tell = (what) => { told[call.name] = told[call.name] || what; over(); };
  const request = (secure ? https : http).request({
    host: call.address || task.address || url.hostname, port: url.port, path: url.pathname, method: call.method, servername: url.hostname, agent: false,
    ca: secure ? fs.readFileSync(task.ca) : undefined, headers: {Host: url.hostname, ...(call.bytes ? {"Content-Length": call.bytes} : {})},
  }, (reply) => {
    let body = "";
    reply.on("data", (part) => { body += part; });
    reply.on("end", () => tell({status: reply.statusCode, body}));
    reply.on("error", (problem) => tell({error: `${problem.code}: ${problem.message}`}));
  });
  const timer = setTimeout(() => request.destroy(new Error("client time-out")), call.timeout * 1000);
  timer.unref();
  request.on("error", (problem) => tell({error: `${problem.code}: ${problem.message}`}));
  request.end(call.bytes ? "x".repeat(call.bytes) : undefined);
});
(async () => { for (const call of task.calls) await one(call); console.log(JSON.stringify(told)); process.exit(0); })();
"""

GO = """
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

type call struct {
	Name, Url, Method, Address string
	Bytes                      int
	Timeout                    float64
}

type said struct {
	Status int    `json:"status,omitempty"`
	Body   string `json:"body,omitempty"`
	Error  string `json:"error,omitempty"`
}

func one(c call, address string, roots *x509.CertPool) said {
	dial := func(ctx context.Context, network, to string) (net.Conn, error) {
		_, port, _ := net.SplitHostPort(to)
		if address == "" {
			return (&net.Dialer{}).DialContext(ctx, network, to)
		}
		return (&net.Dialer{}).DialContext(ctx, network, net.JoinHostPort(address, port))
	}
	client := http.Client{
		Transport: &http.Transport{DialContext: dial, TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		Timeout:   time.Duration(c.Timeout * float64(time.Second)),
	}
	var body io.Reader
	if c.Bytes > 0 {
		body = strings.NewReader(strings.Repeat("x", c.Bytes))
	}
	request, err := http.NewRequest(c.Method, c.Url, body)
	if err != nil {
		return said{Error: err.Error()}
	}
	reply, err := client.Do(request)
	if err != nil {
		return said{Error: err.Error()}
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return said{Error: err.Error()}
	}
	return said{Status: reply.StatusCode, Body: string(text)}
}

func main() {
	var task struct {
		Ca, Address string
		Calls       []call
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &task); err != nil {
		panic(err)
	}
	roots, told := x509.NewCertPool(), map[string]said{}
	pem, _ := os.ReadFile(task.Ca)
	roots.AppendCertsFromPEM(pem)
	for _, c := range task.Calls {
		address := task.Address
		if c.Address != "" {
			address = c.Address
		}
		told[c.Name] = one(c, address, roots)
	}
	text, _ := json.Marshal(told)
	fmt.Println(string(text))
}
"""

JAVA = """
import java.io.*;
import java.net.*;
import java.net.http.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;
import java.time.Duration;
import javax.net.ssl.*;

public class Client {
    static SSLContext trusting(String path) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (InputStream in = new FileInputStream(path)) {
            store.setCertificateEntry("ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    static String quoted(String text) {
        StringBuilder out = new StringBuilder("\\"");
        for (char c : text.toCharArray())
            out.append(c == '"' || c == '\\\\' ? "\\\\" + c : c < ' ' ? " " : "" + c);
        return out.append('"').toString();
    }

    /* Arguments: the authority, then for each call its name, URL, method, bytes and time-out. */
    public static void main(String[] args) throws Exception {
        SSLContext context = trusting(args[0]);
        StringBuilder told = new StringBuilder("{");
        for (int i = 1; i + 4 < args.length; i += 5) {
            HttpRequest.BodyPublisher body = args[i + 3].equals("0") ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString("x".repeat(Integer.parseInt(args[i + 3])));
            HttpRequest request = HttpRequest.newBuilder(URI.create(args[i + 1])).method(args[i + 2], body)
                .timeout(Duration.ofMillis((long) (1000 * Double.parseDouble(args[i + 4])))).build();
            String said;
            try {
                HttpResponse<String> reply = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
                said = "{\\"status\\":" + reply.statusCode() + ",\\"body\\":" + quoted(reply.body()) + "}";
            } catch (Exception problem) {
                StringBuilder chain = new StringBuilder();
                for (Throwable t = problem; t != null; t = t.getCause())
                    chain.append(t.getClass().getSimpleName()).append(": ").append(t.getMessage()).append("; ");
                said = "{\\"error\\":" + quoted(chain.toString()) + "}";
            }
            told.append(i > 1 ? "," : "").append(quoted(args[i])).append(":").append(said);
        }
        System.out.println(told.append("}"));
        System.exit(0);
    }
}
"""


def _told(command, folder, **options):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False, **options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _curl(task, _folder):
    told = {}
    for call in task["calls"]:
        url = urllib.parse.urlsplit(call["url"])
        address = call.get("address", task["address"])
        resolve = ["--resolve", f"{url.hostname}:{url.port}:{address}"] if address else []
        command = ["curl", "-sS", "--noproxy", "*", "--cacert", task["ca"], *resolve, "--max-time", str(call["timeout"]), "-w", "\n%{http_code}", "-X", call["method"], call["url"]]
        if call["bytes"]:
            command += ["--data-binary", "@-"]
        done = subprocess.run(command, input=b"x" * call["bytes"], capture_output=True, timeout=300, check=False)
        body, _, status = done.stdout.decode().rpartition("\n")
        told[call["name"]] = {"error": done.stderr.decode().strip()} if done.returncode else {"status": int(status), "body": body}
    return told


def prepare(client, folder):
    """What is built before the client runs, where there may be no home with a cache."""
    folder.mkdir(parents=True, exist_ok=True)
    if client == "go" and not (folder / "client").exists():
        (folder / "go.mod").write_text("module client\n\ngo 1.18\n", encoding="utf-8")
        (folder / "main.go").write_text(GO, encoding="utf-8")
        subprocess.run(["go", "build", "-o", "client", "."], cwd=folder, env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=mod"}, check=True)
    if client == "java":
        (folder / "Client.java").write_text(JAVA, encoding="utf-8")


def _go(task, folder):
    return _told([folder / "client", json.dumps(task)], folder)


def _java(task, folder):
    hosts = {urllib.parse.urlsplit(call["url"]).hostname: call.get("address", task["address"]) for call in task["calls"]}
    (folder / "hosts").write_text("".join(f"{address} {name}\n" for name, address in hosts.items()), encoding="utf-8")
    named = [f"-Djdk.net.hosts.file={folder / 'hosts'}"] if all(hosts.values()) else []
    words = [str(call[key]) for call in task["calls"] for key in ("name", "url", "method", "bytes", "timeout")]
    return _told(["java", *named, "Client.java", task["ca"], *words], folder)


CLIENTS = {
    "curl": (_curl, ["curl"]),
    "python": (lambda task, folder: _told([sys.executable, "-c", PYTHON, json.dumps(task)], folder), []),
    "node": (lambda task, folder: _told(["node", "-e", NODE, "--", json.dumps(task)], folder), ["node"]),
    "go": (_go, ["go"]),
    "java": (_java, ["java"]),
}


def need(*tools):
    for tool in tools:
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed")


def make_calls(client, folder, ca, calls, address="127.0.0.1"):
    """{name: what the client says of it}; calls are dicts of name, url, and maybe method, bytes, timeout, address. No address at all: the
    client looks the name up."""
    prepare(client, folder)
    whole = [{"method": "GET", "bytes": 0, "timeout": 60, **call} for call in calls]
    return CLIENTS[client][0]({"ca": str(ca), "address": address, "calls": whole}, folder)


if __name__ == "__main__":  # in a namespace: CLIENT FOLDER CA CALLS
    print(json.dumps(make_calls(sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]), "")))
