package fcemutest_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	fcopenapi "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	fcgo "github.com/aliyun/fc-go-sdk"

	"fcemu/fcemutest"
	"fcemu/fcemutest/fc2"
	"fcemu/fcemutest/fc3"
	"fcemu/fcemutest/fcopen"
)

type m = fcemutest.M

func invoke(t *testing.T, cloud *fcemutest.Cloud, function string) (int, string) {
	t.Helper()
	answer, err := http.Post(cloud.Endpoint()+"/2023-03-30/functions/"+function+"/invocations", "", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Stub("pay", fcemutest.Answer{JSON: m{"paid": true}, Status: http.StatusCreated})
	fault := cloud.Fault("ResourceThrottled", fcemutest.Strike{Function: "pay", Operation: "InvokeFunction", Times: 2})
	for _, status := range []int{503, 503, 201} {
		got, _ := invoke(t, cloud, "pay")
		want(t, "status", got, status)
	}
	want(t, "fired", fault.Fired(), 2)
	struck := cloud.Calls("status", "5xx")
	want(t, "struck calls", len(struck), 2)
	want(t, "code", struck[0].Code, "ResourceThrottled")
	want(t, "a field without a place", string(struck[0].All["kind"]), `"error"`)
	cloud.Verify(m{"calls": m{"match": m{"function": "pay"}, "eq": 3}})
	cloud.VerifyWithin(time.Second, m{"fires": m{"rule": fault.ID, "eq": 2}})
	fault.Remove()
	cloud.Reset()
	want(t, "calls behind a reset", len(cloud.Calls()), 0)
	status, _ := invoke(t, cloud, "pay")
	want(t, "the stub behind a reset", status, http.StatusNotFound)
}

func TestARuleInFull(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t, fcemutest.Region("cn-shanghai"))
	cloud.Stub("blob", fcemutest.Answer{Body: []byte("\x00\xff"), Headers: map[string]string{"x-kind": "bytes"}, Match: m{"region": "cn-shanghai"}})
	rule := cloud.Fault(m{"close": m{"at": "headers"}}, fcemutest.Strike{
		Match: m{"function": "blob"}, When: m{"calls": m{"from": 2}}, Rule: m{"id": "mine-" + cloud.Account, "ttl": "1m"},
	})
	want(t, "id", rule.ID, "mine-"+cloud.Account)
	_, body := invoke(t, cloud, "blob")
	want(t, "body", body, "\x00\xff")
	answer, err := http.Post(cloud.Endpoint()+"/2023-03-30/functions/blob/invocations", "", nil)
	if err == nil {
		answer.Body.Close()
		t.Error("not closed:", answer.Status)
	}
	want(t, "host", cloud.Host(), cloud.Account+".cn-shanghai.fc.aliyuncs.com")
}

const bootstrap = `#!/usr/bin/python3
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(200)
        self.send_header("content-length", "3")
        self.end_headers()
        self.wfile.write(b"ONE")
http.server.HTTPServer(("", int(os.environ["FC_SERVER_PORT"])), Handler).serve_forever()
`

func TestDeployAndAgain(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Deploy("hello", fcemutest.Files{"bootstrap": strings.ReplaceAll(bootstrap, "ONE", "one")}, fcemutest.Function{})
	_, body := invoke(t, cloud, "hello")
	want(t, "body", body, "one")

	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "bootstrap"), []byte(strings.ReplaceAll(bootstrap, "ONE", "two")), 0o755); err != nil {
		t.Fatal(err)
	}
	cloud.Deploy("hello", folder, fcemutest.Function{More: m{"timeout": 7}})
	_, body = invoke(t, cloud, "hello")
	want(t, "body of new code", body, "two")

	system := fstest.MapFS{"index.py": {Data: []byte("def handler(event, context): return 'three'")}}
	cloud.Deploy("hello", system, fcemutest.Function{Runtime: "python3.10", Service: "shop"})
	client := fc2.Client(cloud)
	answer, err := client.InvokeFunction(fcgo.NewInvokeFunctionInput("shop", "hello"))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "body of the function in a service", string(answer.Payload), "three")
}

func TestADaemonOfItsOwn(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte("version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cloud, shared := fcemutest.Start(t, fcemutest.Faults(rules)), fcemutest.Start(t)
	if cloud.URL == shared.URL {
		t.Error("it is shared")
	}
	status, _ := invoke(t, cloud, "x")
	want(t, "status by the file", status, http.StatusForbidden)
	var clock struct {
		IsReal bool `json:"is_real"`
	}
	cloud.AdvanceClock(5 * time.Hour)
	cloud.Ask("GET", "/_fcemu/clock", nil, &clock)
	want(t, "real time", clock.IsReal, false)
	cloud.StopAll()
	cloud.Reset()
	cloud.Ask("GET", "/_fcemu/clock", nil, &clock)
	want(t, "real time behind a reset", clock.IsReal, true)
	status, _ = invoke(t, cloud, "x")
	want(t, "status behind a reset", status, http.StatusForbidden)

	others := fcemutest.Start(t, fcemutest.Attach(cloud.Address()))
	want(t, "URL", others.URL, cloud.URL)
	if others.Account == cloud.Account {
		t.Error("the account is another's")
	}
}

func TestProgramsAreLed(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Stub("f", fcemutest.Answer{Body: []byte("led")})
	script := `import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], b"").read().decode(), end="")`
	program := exec.Command("/usr/bin/python3", "-c", script, "https://"+cloud.Host()+"/2023-03-30/functions/f/invocations")
	program.Env = os.Environ()
	for name, value := range cloud.Env {
		program.Env = append(program.Env, name+"="+value)
	}
	said, err := program.CombinedOutput()
	if err != nil {
		t.Error(err)
	}
	want(t, "said", string(said), "led")
	if authority, err := os.ReadFile(cloud.CA); err != nil || !strings.Contains(string(authority), "BEGIN CERTIFICATE") {
		t.Error(err, string(authority))
	}
}

func TestOfficialClientsAreReady(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1") // somebody's own, which must not be asked
	for api, call := range map[string]func(*fcemutest.Cloud) error{
		"2023-03-30": func(cloud *fcemutest.Cloud) error {
			_, err := fc3.Client(cloud).ListFunctions(&fc.ListFunctionsRequest{})
			return err
		},
		"2021-04-06": func(cloud *fcemutest.Cloud) error {
			_, err := fcopen.Client(cloud).ListServices(&fcopenapi.ListServicesRequest{})
			return err
		},
		"2016-08-15": func(cloud *fcemutest.Cloud) error {
			_, err := fc2.Client(cloud).ListServices(fcgo.NewListServicesInput())
			return err
		},
	} {
		cloud := fcemutest.Start(t, fcemutest.Region("cn-shanghai"))
		if err := call(cloud); err != nil {
			t.Errorf("%s: %v", api, err)
			continue
		}
		calls := cloud.Calls()
		want(t, "calls", len(calls), 1)
		want(t, "where it came", calls[0].API+" "+calls[0].Region, api+" cn-shanghai")
	}
}
