package fcemutest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const answerTimeout = time.Minute

// daemon is a process of ours, or one that was there before.
type daemon struct {
	url, ca, token string
	env            map[string]string
	log            func() string
	end            func() // nil: not ours
	test           bool   // of one test alone
	accounts       atomic.Int64
}

// Never by a proxy of the environment: the daemon is on this machine. Nothing is kept open behind a test.
var client = &http.Client{Timeout: answerTimeout, Transport: &http.Transport{DisableKeepAlives: true}}

// The daemons that the tests of this process share: "" is our own, others by address.
var (
	sharedMutex sync.Mutex
	shared      = map[string]*daemon{}
)

func obtain(o options) (*daemon, error) {
	if o.server != nil {
		return o.server.daemon(), nil
	}
	if o.own {
		return start(o.words, true)
	}
	sharedMutex.Lock()
	defer sharedMutex.Unlock()
	if d := shared[o.attachTo]; d != nil {
		return d, nil
	}
	d, err := (*daemon)(nil), error(nil)
	if o.attachTo != "" {
		d, err = attach(o.attachTo)
	} else {
		d, err = start(nil, false)
	}
	if err == nil {
		shared[o.attachTo] = d
	}
	return d, err
}

func attach(address string) (*daemon, error) {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	d := &daemon{url: strings.TrimSuffix(address, "/"), token: os.Getenv("FCEMU_TOKEN"), log: noLog}
	return d, d.ask("GET", "/_fcemu/health", nil, nil, http.StatusServiceUnavailable)
}

func noLog() string { return "" }

func (s *Server) daemon() *daemon {
	d := &daemon{url: strings.TrimSuffix(s.URL, "/"), ca: s.CA, token: s.Token, env: s.Env, log: s.Log, end: s.Stop, test: s.Stop != nil}
	if d.log == nil {
		d.log = noLog
	}
	return d
}

// binary is FCEMU_BINARY, or the program in PATH.
func binary() (string, error) {
	if named := os.Getenv("FCEMU_BINARY"); named != "" {
		return named, nil
	}
	found, err := exec.LookPath("fcemu")
	if err != nil {
		return "", errors.New("there is no fcemu here: FCEMU_BINARY is not set, and PATH has none")
	}
	return found, nil
}

// start runs a daemon that ends with this process however that ends.
func start(words []string, test bool) (*daemon, error) {
	program, err := binary()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, append([]string{"start", "--die-with", strconv.Itoa(os.Getpid())}, words...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	problems, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil { // it has ended
		said, _ := io.ReadAll(problems)
		return nil, fmt.Errorf("%s%w", said, cmd.Wait())
	}
	var told struct {
		URL, CA, Log string
		Env          map[string]string
	}
	if err := json.Unmarshal(line, &told); err != nil {
		return nil, fmt.Errorf("%s said %q: %w", program, line, err)
	}
	out.Close()
	problems.Close()
	log := func() string {
		text, err := os.ReadFile(told.Log)
		if err != nil {
			return ""
		}
		return string(text)
	}
	return &daemon{url: told.URL, ca: told.CA, log: log, env: told.Env, end: func() { end(cmd) }, test: test}, nil
}

func end(cmd *exec.Cmd) {
	if cmd.Process.Signal(syscall.SIGTERM) == nil {
		_ = cmd.Wait() // its pipes are closed already, which is no error of the test's
	}
}

func (d *daemon) account() string {
	if d.end == nil {
		return drawAccount()
	}
	return strconv.FormatInt(firstAccount-1+d.accounts.Add(1), 10)
}

func (d *daemon) ask(method, path string, body, out any, accept ...int) error {
	data, err := encode(body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request, err := http.NewRequest(method, d.url+path, nil)
	if err != nil {
		return err
	}
	if data != nil {
		request.Body, request.ContentLength = io.NopCloser(data), int64(data.Len())
		request.Header.Set("Content-Type", "application/json")
	}
	if d.token != "" {
		request.Header.Set("X-Fcemu-Token", d.token)
	}
	answer, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("no daemon answers at %s: %w", d.url, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if answer.StatusCode >= http.StatusBadRequest && !slices.Contains(accept, answer.StatusCode) {
		return fmt.Errorf("%s %s: %d %s", method, path, answer.StatusCode, why(text))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// why is what a refusal says.
func why(text []byte) string {
	var problem struct {
		Detail, Message string
		Errors          []struct{ Message, Hint string }
	}
	if json.Unmarshal(text, &problem) != nil {
		return string(text)
	}
	var texts []string
	for _, one := range problem.Errors {
		if one.Hint != "" {
			one.Message += " (" + one.Hint + ")"
		}
		texts = append(texts, one.Message)
	}
	if len(texts) > 0 {
		return strings.Join(texts, "; ")
	}
	return problem.Detail + problem.Message
}
