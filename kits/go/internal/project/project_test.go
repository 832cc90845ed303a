// Package project is a project's tests as processes_test.go runs them: compiled once, started in many ways.
package project

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"fcemu/fcemutest"
)

// Only the named test runs, and none when this package is tested with the others.
func only(t *testing.T) {
	t.Helper()
	if os.Getenv("FCEMU_PROJECT") != t.Name() {
		t.Skip("run by processes_test.go")
	}
}

func invoke(t *testing.T, cloud *fcemutest.Cloud, function string) int {
	t.Helper()
	answer, err := http.Post(cloud.Endpoint()+"/2023-03-30/functions/"+function+"/invocations", "", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	return answer.StatusCode
}

func tell(t *testing.T, cloud *fcemutest.Cloud) {
	t.Helper()
	if err := os.WriteFile(os.Getenv("FCEMU_TOLD")+".new", []byte(cloud.URL), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(os.Getenv("FCEMU_TOLD")+".new", os.Getenv("FCEMU_TOLD")); err != nil {
		t.Fatal(err)
	}
}

func TestOne(t *testing.T) {
	only(t)
	cloud := fcemutest.Start(t)
	cloud.Stub("f", fcemutest.Answer{})
	if status := invoke(t, cloud, "f"); status != http.StatusOK {
		t.Error(status)
	}
	var journal struct{ Requests []fcemutest.Call }
	cloud.Ask("GET", "/_fcemu/requests", nil, &journal)
	if len(journal.Requests) != 1 {
		t.Error("others call here:", journal.Requests)
	}
	tell(t, cloud)
}

func TestHangs(t *testing.T) {
	only(t)
	tell(t, fcemutest.Start(t))
	select {}
}

func TestFails(t *testing.T) {
	only(t)
	t.Run("Before", func(t *testing.T) { invoke(t, fcemutest.Start(t), "earlier") })
	cloud := fcemutest.Start(t)
	cloud.Fault("ResourceThrottled", fcemutest.Strike{Function: "pay", Rule: fcemutest.M{"id": "storm"}})
	invoke(t, cloud, "pay")
	cloud.Verify(fcemutest.M{"calls": fcemutest.M{"match": fcemutest.M{"function": "pay"}, "eq": 2}})
}

func TestGlobal(t *testing.T) {
	only(t)
	fcemutest.Start(t).StopAll()
}

func TestMistake(t *testing.T) {
	only(t)
	fcemutest.Start(t).Fault("ResourceThrotled", fcemutest.Strike{})
}

func TestNoFile(t *testing.T) {
	only(t)
	fcemutest.Start(t, fcemutest.Faults("gone.yaml"))
}
