package fcemutest_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// project is the compiled tests of internal/project.
type project struct {
	t       *testing.T
	program string
	tmp     string // must be empty behind a run
}

func newProject(t *testing.T) *project {
	t.Helper()
	p := &project{t, filepath.Join(t.TempDir(), "project.test"), filepath.Join(t.TempDir(), "tmp")}
	if out, err := exec.Command("go", "test", "-c", "-o", p.program, "./internal/project").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(p.tmp, 0o700); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *project) command(test, told string) (*exec.Cmd, *bytes.Buffer) {
	out := &bytes.Buffer{}
	cmd := exec.Command(p.program, "-test.v", "-test.run", "^"+test+"$")
	cmd.Dir = filepath.Dir(p.program)
	cmd.Env = append(os.Environ(), "FCEMU_PROJECT="+test, "FCEMU_TOLD="+told, "TMPDIR="+p.tmp)
	cmd.Stdout, cmd.Stderr = out, out // by a pipe, whose end is waited for
	return cmd, out
}

// processes of a run, by the TMPDIR in their environment.
func (p *project) processes() (found []int) {
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil && strings.Contains(string(text), p.tmp) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
			found = append(found, pid)
		}
	}
	return found
}

// until holds: what is asked to end, or has lost its owner, takes a moment for it.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for begun := time.Now(); !holds(); {
		if time.Since(begun) > 30*time.Second {
			t.Fatal(what)
		}
		time.Sleep(time.Millisecond)
	}
}

func (p *project) nothingIsLeft() {
	p.t.Helper()
	until(p.t, "processes are left", func() bool { return len(p.processes()) == 0 })
	left, err := os.ReadDir(p.tmp)
	if err != nil || len(left) > 0 {
		p.t.Error("left behind:", left, err)
	}
}

func TestWhatAFailedTestShows(t *testing.T) {
	p := newProject(t)
	for test, want := range map[string]string{
		"TestFails": `fail: calls: 1 calls, wanted exactly 2\n(.|\n)*calls of account \d+:\n.*InvokeFunction pay -> 503 ResourceThrottled, .*\(rule storm\)`,
		// What a kit refuses, and what the daemon does.
		"TestGlobal":  `stop all concerns everybody who uses http://127.0.0.1:\d+; ask for a daemon of the test's own`,
		"TestMistake": `did you mean 'ResourceThrottled'`,
		"TestNoFile":  `gone\.yaml`,
	} {
		cmd, out := p.command(test, "")
		if err := cmd.Run(); err == nil {
			t.Errorf("%s passed:\n%s", test, out)
		}
		if !regexp.MustCompile(want).MatchString(out.String()) {
			t.Errorf("%s does not say %q:\n%s", test, want, out)
		}
		if strings.Contains(out.String(), "InvokeFunction earlier") {
			t.Errorf("%s shows another test's calls:\n%s", test, out)
		}
	}
	p.nothingIsLeft()
}

func TestEightProcessesShareNothingAndLeaveNothing(t *testing.T) {
	const count = 8
	p, urls := newProject(t), map[string]bool{}
	var commands [count]*exec.Cmd
	var outs [count]*bytes.Buffer
	told := func(i int) string { return filepath.Join(filepath.Dir(p.program), fmt.Sprint("told", i)) }
	for i := range commands {
		commands[i], outs[i] = p.command("TestOne", told(i))
		if err := commands[i].Start(); err != nil {
			t.Fatal(err)
		}
	}
	for i, cmd := range commands {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v\n%s", err, outs[i])
		}
		url, err := os.ReadFile(told(i))
		if err != nil {
			t.Fatal(err)
		}
		urls[string(url)] = true
	}
	if len(urls) != count {
		t.Error("shared:", urls)
	}
	p.nothingIsLeft()
}

func TestAKilledRunLeavesNoProcessAndNobodyWaits(t *testing.T) {
	p := newProject(t)
	told := filepath.Join(filepath.Dir(p.program), "told")
	cmd, out := p.command("TestHangs", told)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "it is not up", func() bool { _, err := os.Stat(told); return err == nil })
	if held := len(p.processes()); held < 5 { // the run, start, its supervisor and keeper, the daemon
		t.Error(held, "processes")
	}
	if err := cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || strings.Contains(out.String(), "--- ") { // with the end of its pipe, which nobody else holds
		t.Errorf("it was not killed: %v\n%s", err, out)
	}
	p.nothingIsLeft()
}

const payments = `package payments

import (
	"encoding/json"
	"io"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

func Pay(client *fc.Client) (paid bool, err error) {
	for attempt := 0; attempt < 4; attempt++ {
		answer, err := client.InvokeFunction(tea.String("pay"), &fc.InvokeFunctionRequest{})
		if err == nil {
			var told struct{ Paid bool }
			text, _ := io.ReadAll(answer.Body)
			return told.Paid || json.Unmarshal(text, &told) == nil && told.Paid, nil
		}
		if refusal, is := err.(*tea.SDKError); !is || tea.IntValue(refusal.StatusCode) != 503 {
			return false, err // done or not, who knows
		}
	}
	return false, err
}
`

func TestTheExampleOfTheREADMEPasses(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```go\n// payments_test.go\n(.*?)```").FindSubmatch(readme)
	if example == nil {
		t.Fatal("no example")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.Replace(string(module), "module fcemu/fcemutest", "module payments", 1) +
		"require fcemu/fcemutest v0.1.0\nreplace fcemu/fcemutest => " + here + "\n"
	for name, text := range map[string]string{
		"payments_test.go": string(example[1]), "payments.go": payments, "go.mod": own, "go.sum": string(sums),
		"testdata/pay/index.py": "def handler(event, context): return '{}'\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "test", "-mod=mod", "-count=1", "-v", ".")
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil || strings.Count(string(out), "--- PASS") != 3 {
		t.Errorf("%v\n%s", err, out)
	}
}
