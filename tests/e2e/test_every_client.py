"""The table of clients and ways: with verification on and nothing but what `fcemu env` prints, every client calls the real name over HTTPS by a
hosts entry, by DNS and by proxy, and gets the same answers; an unrelated name through the proxy is refused and journaled.

Each way is a network namespace of its own, in which nothing else can be reached. A cell whose tool is not here is skipped and says so.
"""

import json
import os
import re
import shutil
import subprocess

import pytest

from fcemu import BINARY, HOST, environment

pytestmark = pytest.mark.heavy  # compilers and namespaces; the daemon does little

PATHS = ["/2016-08-15/services", "/2016-08-15/services/none", "/2023-03-30/functions/none"]
FOREIGN = "www.example.org"
OTHERS = {"java-hosts-file": "hosts", "java-jndi": "dns", "java-httpclient": "proxy"}  # Java's further resolvers and client, each with the way it is about

PYTHON = """
import sys, urllib.error, urllib.request
for url in sys.argv[1:]:
    try: answer = urllib.request.urlopen(url, timeout=60)
    except urllib.error.HTTPError as error: answer = error
    print(answer.status, answer.read().decode())
"""
NODE = """
const https = require('https');
const ask = ([url, ...more]) => url && https.get(url, (answer) => {
  let text = '';
  answer.on('data', (piece) => { text += piece; });
  answer.on('end', () => { console.log(`${answer.statusCode} ${text}`); ask(more); });
});
ask(process.argv.slice(2));
"""
GO = """package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
)

func main() {
	for _, url := range os.Args[1:] {
		answer, err := http.Get(url)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		body, _ := io.ReadAll(answer.Body)
		fmt.Println(answer.StatusCode, string(body))
	}
}
"""
PHP = """<?php
foreach (array_slice($argv, 1) as $url) {
    $call = curl_init($url);
    curl_setopt($call, CURLOPT_RETURNTRANSFER, true);
    $text = curl_exec($call);
    if ($text === false) { fwrite(STDERR, curl_error($call) . "\\n"); exit(1); }
    echo curl_getinfo($call, CURLINFO_HTTP_CODE), ' ', $text, "\\n";
}
"""
JAVA = """
import java.net.*;
import java.util.*;
import javax.net.ssl.*;

class Ask {
    static String byDefault(URL url) throws Exception {
        HttpURLConnection call = (HttpURLConnection) url.openConnection();
        int status = call.getResponseCode();
        return status + " " + new String((status < 400 ? call.getInputStream() : call.getErrorStream()).readAllBytes());
    }

    static String byClient(URL url) throws Exception {
        var answer = java.net.http.HttpClient.newHttpClient().send(java.net.http.HttpRequest.newBuilder(url.toURI()).build(),
            java.net.http.HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /* A resolver of Java's own, which asks the servers of resolv.conf. */
    static String byJndi(URL url) throws Exception {
        Hashtable<String, String> how = new Hashtable<>(Map.of("java.naming.factory.initial", "com.sun.jndi.dns.DnsContextFactory"));
        String address = (String) new javax.naming.directory.InitialDirContext(how).getAttributes(url.getHost(), new String[] {"A"}).get("A").get();
        Socket plain = new Socket(InetAddress.getByName(address), 443);
        SSLSocket secure = (SSLSocket) ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, url.getHost(), 443, true);
        SSLParameters checks = secure.getSSLParameters();
        checks.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(checks);
        secure.getOutputStream().write(("GET " + url.getPath() + " HTTP/1.1\\r\\nHost: " + url.getHost() + "\\r\\nConnection: close\\r\\n\\r\\n").getBytes());
        String[] answer = new String(secure.getInputStream().readAllBytes()).split("\\r\\n\\r\\n", 2);
        return answer[0].split(" ")[1] + " " + answer[1];
    }

    public static void main(String[] words) throws Exception {
        for (String word : Arrays.copyOfRange(words, 1, words.length)) {
            URL url = new URL(word);
            System.out.println(words[0].equals("jndi") ? byJndi(url) : words[0].equals("client") ? byClient(url) : byDefault(url));
        }
    }
}
"""
FILES = {"ask.py": PYTHON, "ask.js": NODE, "ask.php": PHP, "Ask.java": JAVA, "go.mod": "module ask\n\ngo 1.21\n", "ask.go": GO}

CURL = "for url in $URLS; do curl -sS -w '\\n%{http_code}\\n' \"$url\" | sed -n '1h;2{G;s/\\n/ /;p}' || exit 1; done"
# What each needs, and the line of the shell that calls $URLS and prints "STATUS BODY" for each.
CLIENTS = {
    "curl": (["curl"], CURL),
    "python": (["/usr/bin/python3"], "/usr/bin/python3 ask.py $URLS"),
    "node": (["node"], "node ask.js $URLS"),
    "go-netgo": (["go", "gcc"], "GODEBUG=netdns=go+1 ./ask $URLS"),
    "go-cgo": (["go", "gcc"], "GODEBUG=netdns=cgo+1 ./ask $URLS"),
    "java": (["java", "javac"], "java Ask default $URLS"),
    "java-hosts-file": (["java", "javac"], "java -Djdk.net.hosts.file=lines Ask default $URLS"),
    "java-jndi": (["java", "javac"], "java Ask jndi $URLS"),
    "java-httpclient": (["java", "javac"], "java Ask client $URLS"),
    "php": (["php"], "php ask.php $URLS"),
}

# How the name is led here: what stands in /etc/hosts and resolv.conf, and how `fcemu env` is asked.
WAYS = {
    "hosts": ('"$F" hosts --account 16530750 --region cn-shanghai > lines; cat lines >> hosts', "", "--direct"),
    "dns": ("echo 'nameserver 127.0.0.1' > resolv.conf", "--dns-listen 127.0.0.1:53", "--direct"),
    "proxy": (":", "", ""),
}
ROOM = r"""
set -e
ip link set lo up
echo '127.0.0.1 localhost' > hosts
echo 'nameserver 127.0.0.2' > resolv.conf
echo 'hosts: files dns' > nsswitch.conf
: > lines
%(lead)s
for name in hosts resolv.conf nsswitch.conf; do mount --bind "$PWD/$name" /etc/$name; done
"$F" serve --listen 127.0.0.1:80 --listen 127.0.0.1:443 --listen 127.0.0.1:8252 %(serve)s 2> log &
"$F" wait --address 127.0.0.1:8252
eval "$("$F" env %(env)s --address 127.0.0.1:8252)"
%(cells)s
"$F" requests --json > journal
"""


def missing(client):
    lacking = [tool for tool in CLIENTS[client][0] if not shutil.which(tool)]
    if client == "php" and not lacking and "curl" not in subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout.split():
        lacking = ["curl of PHP"]
    return lacking


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """A folder with every client that can be built here."""
    folder = tmp_path_factory.mktemp("programs")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    if not missing("java"):
        subprocess.run(["javac", "Ask.java"], cwd=folder, check=True, timeout=500)
    if not missing("go-cgo"):
        subprocess.run(["go", "build", "-o", "ask", "."], cwd=folder, env={**os.environ, "CGO_ENABLED": "1", "GOFLAGS": "-mod=mod", "GOWORK": "off"}, check=True, timeout=500)
    return folder


class Room:
    """One way, in a namespace of its own, with every client that can go it."""

    def __init__(self, folder, way, programs):
        self.folder = shutil.copytree(programs, folder / way)
        lead, serve, env = WAYS[way]
        cells = [self.cell(client, way) for client in CLIENTS if OTHERS.get(client, way) == way and not missing(client)]
        script = ROOM % {"lead": lead, "serve": serve, "env": env, "cells": "\n".join(cells)}
        env = {**environment(self.folder), "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "F": str(BINARY), "TMPDIR": str(self.folder)}  # the daemon ends with its namespace
        done = subprocess.run(["unshare", "-rmn", "--pid", "--fork", "--kill-child", "sh", "-c", script], cwd=self.folder, env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=580, check=False)
        log = self.folder / "log"
        assert done.returncode == 0, (done.stdout, done.stderr, log.read_text() if log.exists() else "")

    def cell(self, client, way):
        line = CLIENTS[client][1]
        urls = " ".join(f"https://{HOST}{path}" for path in PATHS)
        asked = f"URLS='{urls}'; ( {line} ) > {client}.out 2> {client}.err || echo $? > {client}.failed"
        return asked + (f"\nURLS='https://{FOREIGN}/{client}'; ( {line} ) > {client}.foreign 2>&1 || :" if way == "proxy" else "")

    def read(self, name):
        path = self.folder / name
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def answers(self, client):
        assert not self.read(f"{client}.failed"), self.read(f"{client}.err") + self.read(f"{client}.out")
        return [re.sub(r'"RequestId":"[^"]+"', "", line) for line in self.read(f"{client}.out").splitlines() if line.strip()]

    def journal(self):
        return json.loads(self.read("journal"))["requests"]


@pytest.fixture(scope="module")
def room(programs, tmp_path_factory):
    if not shutil.which("ip", path=f"{os.environ['PATH']}:/usr/sbin:/sbin") or subprocess.run(["unshare", "-rmn", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no network namespaces, or no ip, here")
    built = {}
    folder = tmp_path_factory.mktemp("rooms")
    return lambda way: built.setdefault(way, None) or built.update({way: Room(folder, way, programs)}) or built[way]


def need(client):
    if missing(client):
        pytest.skip(f"{client}: not here: {' '.join(missing(client))}")


EXPECTED = [(200, '"services":[]'), (404, "ServiceNotFound"), (404, "FunctionNotFound")]


@pytest.mark.parametrize("client, way", [(client, way) for client in CLIENTS for way in WAYS if OTHERS.get(client, way) == way])
def test_cell(room, client, way):
    need(client)
    answers = room(way).answers(client)
    assert len(answers) == len(PATHS), answers
    for answer, (status, part) in zip(answers, EXPECTED, strict=True):
        assert answer.startswith(f"{status} ") and part in answer, answer
    assert answers == room("proxy").answers("python"), "the same as everybody's"


@pytest.mark.parametrize("client, said", [("go-netgo", "Go"), ("go-cgo", "cgo")])
def test_go_has_the_resolver_that_was_meant(room, client, said):
    need(client)
    assert re.search(rf"go package net: .*\b{said}\b.* resolver", room("dns").read(f"{client}.err"))


@pytest.mark.parametrize("client", [client for client in CLIENTS if OTHERS.get(client, "proxy") == "proxy" and client != "node"])
def test_an_unrelated_name_through_the_proxy(room, client):
    """Refused. Node.js asks no proxy by itself, and is led by name alone."""
    need(client)
    assert re.search("403|Forbidden", room("proxy").read(f"{client}.foreign"))


def test_unrelated_names_are_journaled(room):
    way = room("proxy")
    entries = [entry for entry in way.journal() if entry["path"] == f"{FOREIGN}:443"]
    refused = [client for client in CLIENTS if client != "node" and way.read(f"{client}.foreign")]
    assert len(entries) == len(refused)
    assert {(entry["method"], entry["status"], entry["code"]) for entry in entries} == {("CONNECT", 403, "AccessDenied")}
