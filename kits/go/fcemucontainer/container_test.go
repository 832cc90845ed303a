package fcemucontainer_test

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fcemu/fcemutest"
	"fcemu/fcemutest/fc3"
	"fcemu/fcemutest/fcemucontainer"

	open "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/testcontainers/testcontainers-go"
)

func needImage(t *testing.T) {
	t.Helper()
	if os.Getenv("FCEMU_IMAGE") == "" {
		t.Skip("FCEMU_IMAGE names no image of fcemu")
	}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func invoke(t *testing.T, cloud *fcemutest.Cloud, function string) int {
	t.Helper()
	answer, err := http.Post(cloud.Endpoint()+"/2023-03-30/functions/"+function+"/invocations", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func statuses(t *testing.T, cloud *fcemutest.Cloud, function string, times int) (all []int) {
	for range times {
		all = append(all, invoke(t, cloud, function))
	}
	return all
}

func TestTheVerbsInAContainerThatTestsShare(t *testing.T) {
	needImage(t)
	ctx := context.Background()
	container, err := fcemucontainer.Run(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := testcontainers.TerminateContainer(container); err != nil {
			t.Error(err)
		}
		if _, err := container.State(ctx); err == nil {
			t.Error("the container is still there")
		}
	})
	t.Run("verbs", func(t *testing.T) {
		cloud := container.Account(t, fcemutest.Region("cn-shanghai"))
		cloud.Stub("pay", fcemutest.Answer{JSON: map[string]bool{"paid": true}, Status: 201})
		fault := cloud.Fault("ResourceThrottled", fcemutest.Strike{Function: "pay", Times: 2})
		if got := statuses(t, cloud, "pay", 3); got[0] != 503 || got[1] != 503 || got[2] != 201 {
			t.Error(got)
		}
		if fault.Fired() != 2 || len(cloud.Calls("status", "5xx")) != 2 || cloud.Calls()[0].Region != "cn-shanghai" {
			t.Error(fault.Fired(), cloud.Calls())
		}
		cloud.Verify(fcemutest.M{"calls": fcemutest.M{"match": fcemutest.M{"function": "pay"}, "eq": 3}})
		cloud.Deploy("hello", fcemutest.Files{"index.py": "def handler(event, context): return 'hello'"}, fcemutest.Function{Runtime: "python3.10"})
		if got := invoke(t, cloud, "hello"); got != 200 {
			t.Error(got)
		}
	})
	t.Run("the official client", func(t *testing.T) {
		cloud := container.Account(t)
		if _, err := fc3.Client(cloud).ListFunctions(&open.ListFunctionsRequest{}); err != nil {
			t.Error(err)
		}
		if calls := cloud.Calls(); len(calls) != 1 || calls[0].Status != 200 {
			t.Error(calls)
		}
	})
	t.Run("a program, with verification", func(t *testing.T) {
		cloud := container.Account(t)
		cloud.Stub("pay", fcemutest.Answer{Body: []byte("paid")})
		curl := exec.Command("curl", "-sS", "--fail-with-body", "-d", "{}", "https://"+cloud.Host()+"/2023-03-30/functions/pay/invocations")
		curl.Env = []string{"PATH=" + os.Getenv("PATH")}
		for name, value := range cloud.Env {
			curl.Env = append(curl.Env, name+"="+value)
		}
		if said, err := curl.CombinedOutput(); err != nil || string(said) != "paid" {
			t.Errorf("%s %v", said, err)
		}
	})
	t.Run("nobody without its token", func(t *testing.T) {
		cloud := container.Account(t)
		answer, err := http.Get(cloud.URL + "/_fcemu/requests")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusUnauthorized {
			t.Error(answer.Status)
		}
	})
}

func TestAContainerOfTheTestsOwn(t *testing.T) {
	needImage(t)
	cloud := fcemucontainer.Start(t,
		fcemucontainer.WithConfig(write(t, "own.yaml", "auth: {mode: lenient}\nallow_users: any\n")),
		fcemucontainer.WithFaults(
			write(t, "a.yaml", "version: 1\nrules: [{id: a, match: {function: x}, do: {error: AccessDenied}}]\n"),
			write(t, "b.yaml", "version: 1\nrules: [{id: b, match: {function: y}, do: {error: ResourceThrottled}}]\n")))
	if x, y := invoke(t, cloud, "x"), invoke(t, cloud, "y"); x != 403 || y != 503 {
		t.Error(x, y)
	}
	cloud.AdvanceClock(5 * time.Hour)
	cloud.StopAll()
	if x := invoke(t, cloud, "x"); x != 404 {
		t.Error(x)
	}
}

func TestADaemonThatCannotStartSaysWhy(t *testing.T) {
	needImage(t)
	rules := write(t, "rules.yaml", "version: 1\nrules: [{id: a, mtach: {}}]\n")
	_, err := fcemucontainer.Run(context.Background(), "", fcemucontainer.WithFaults(rules))
	if err == nil || !strings.Contains(err.Error(), "did you mean 'match'") {
		t.Error(err)
	}
	if _, err := fcemucontainer.Run(context.Background(), "", fcemucontainer.WithSeeds(rules+".gone")); err == nil || !strings.Contains(err.Error(), ".gone") {
		t.Error(err)
	}
}
