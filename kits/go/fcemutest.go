// Package fcemutest gives a test an emulated Alibaba Cloud Function Compute: an account of a daemon that ends with the test process,
// faults on wish, and the calls of a failed test in its log.
//
//	func TestRetries(t *testing.T) {
//		cloud := fcemutest.Start(t)
//		cloud.Stub("pay", fcemutest.Answer{JSON: map[string]bool{"paid": true}})
//		cloud.Fault("ResourceThrottled", fcemutest.Strike{Function: "pay", Times: 2})
//		Pay(fc3.Client(cloud))
//		cloud.Verify(fcemutest.M{"calls": fcemutest.M{"match": fcemutest.M{"function": "pay"}, "eq": 3}})
//	}
//
// Packages fc3, fcopen and fc2 below this one make the official clients.
package fcemutest

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// M is a JSON object: terms of an assertion, keys of a rule.
type M = map[string]any

// Keys of the clients, taken where signatures are not demanded.
const (
	KeyID     = "LTAI-fcemu"
	KeySecret = "fcemu"
)

const (
	defaultRegion = "cn-hangzhou"
	firstAccount  = 1000000000000001
	ruleTTL       = "24h" // a rule ends with its test; the guard's half an hour would be a surprise at a breakpoint
	stubPriority  = -1    // faults strike before canned answers
	storyCalls    = 50
)

// Cloud is an account of a daemon. All that is done with it meets calls of this account alone, and is undone behind the test. What
// goes wrong ends the test with t.Fatal.
type Cloud struct {
	Account string
	Region  string
	// URL of the daemon: its API, its control side, and a proxy for the service's real names.
	URL string
	// CA is the file of its authority; "" with a daemon that was there before.
	CA string
	// Env leads clients of a program that the test starts, by their real names.
	Env map[string]string

	t      testing.TB
	daemon *daemon
	rules  atomic.Int64
	mutex  sync.Mutex
	undo   [][2]string // what the end of the test asks besides
}

// Option is for Start.
type Option func(*options)

type options struct {
	own      bool
	region   string
	attachTo string
	words    []string
	server   *Server
}

// Server is a daemon that somebody else runs for the tests, such as one in a container (fcemu/fcemutest/fcemucontainer).
type Server struct {
	URL, CA, Token string
	Env            map[string]string
	Log            func() string
	// Stop ends it behind the test, whose own it is then; nil: others use it, too.
	Stop func()
}

// Using takes a daemon that somebody else runs.
func Using(server Server) Option { return func(o *options) { o.server = &server } }

// Own asks for a daemon that only this test has, so that what is global may be changed: AdvanceClock, StopAll.
func Own() Option { return func(o *options) { o.own = true } }

// Region of the account; cn-hangzhou.
func Region(region string) Option { return func(o *options) { o.region = region } }

// Attach uses a daemon that runs already, perhaps for others too: HOST:PORT or a URL. Without it FCEMU_ATTACH of the environment does.
func Attach(address string) Option { return func(o *options) { o.attachTo = address } }

func files(flag string, paths []string) Option {
	return func(o *options) {
		o.own = true
		for _, path := range paths {
			o.words = append(o.words, flag, path)
		}
	}
}

// Config is the configuration of a daemon of the test's own.
func Config(path string) Option { return files("--config", []string{path}) }

// Faults are rule files of a daemon of the test's own.
func Faults(paths ...string) Option { return files("--faults", paths) }

// Fixtures are files with canned answers for a daemon of the test's own.
func Fixtures(paths ...string) Option { return files("--fixtures", paths) }

// Seeds are files with services and functions of a daemon of the test's own.
func Seeds(paths ...string) Option { return files("--seeds", paths) }

// Start gives the test an account that no other test uses. Tests of a process share a daemon, which starts with the first and ends with
// the process however that ends; so they may run in parallel.
func Start(t testing.TB, opts ...Option) *Cloud {
	t.Helper()
	o := options{region: defaultRegion, attachTo: os.Getenv("FCEMU_ATTACH")}
	for _, option := range opts {
		option(&o)
	}
	d, err := obtain(o)
	if err != nil {
		t.Fatalf("fcemutest: %v", err)
	}
	cloud := &Cloud{Account: d.account(), Region: o.region, URL: d.url, CA: d.ca, Env: d.env, t: t, daemon: d}
	t.Cleanup(cloud.end)
	return cloud
}

// The end of a test: told of when it failed, undone, and a daemon of its own ended.
func (c *Cloud) end() {
	if c.t.Failed() {
		c.t.Logf("calls of account %s:\n%s", c.Account, strings.Join(c.Story(), "\n"))
	}
	c.Reset()
	if c.daemon.test {
		c.daemon.end()
	}
}

// ---- where it is ----

// Address is HOST:PORT of the daemon.
func (c *Cloud) Address() string { return c.URL[strings.Index(c.URL, "://")+len("://"):] }

// Endpoint is http://HOST:PORT/@REGION/ACCOUNT, for clients that take one with a path.
func (c *Cloud) Endpoint() string { return fmt.Sprintf("%s/@%s/%s", c.URL, c.Region, c.Account) }

// Host is the name that the real service would have; URL is a proxy that leads it here.
func (c *Cloud) Host() string { return fmt.Sprintf("%s.%s.fc.aliyuncs.com", c.Account, c.Region) }

// ---- what is the whole daemon's ----

func (c *Cloud) change(what, method, path string, body any, undo [2]string) {
	c.t.Helper()
	if !c.daemon.test {
		c.t.Fatalf("fcemutest: %s concerns everybody who uses %s; ask for a daemon of the test's own: Start(t, fcemutest.Own())", what, c.URL)
	}
	c.mutex.Lock()
	c.undo = append(c.undo, undo)
	c.mutex.Unlock()
	c.Ask(method, path, body, nil)
}

// AdvanceClock lets so much time pass for a daemon of the test's own.
func (c *Cloud) AdvanceClock(by time.Duration) {
	c.t.Helper()
	c.change("the clock", "PUT", "/_fcemu/clock", M{"advance": milliseconds(by)}, [2]string{"DELETE", "/_fcemu/clock"})
}

// StopAll disables every rule of a daemon of the test's own, and releases every held call.
func (c *Cloud) StopAll() {
	c.t.Helper()
	c.change("stop all", "POST", "/_fcemu/faults/stop", nil, [2]string{"POST", "/_fcemu/faults/enable"})
}

// Reset is as it was: resources, rules and journal of this account, and what was changed for the whole daemon. Done behind each test.
func (c *Cloud) Reset() {
	c.t.Helper()
	c.Ask("POST", "/_fcemu/state/reset", M{"account": c.Account}, nil)
	c.mutex.Lock()
	undo := c.undo
	c.undo = nil
	c.mutex.Unlock()
	for _, one := range undo {
		c.Ask(one[0], one[1], nil, nil)
	}
}

// Ask is one call of the daemon's control side, JSON both ways; out may be nil. Statuses from 400 on end the test, but for those named.
func (c *Cloud) Ask(method, path string, body, out any, accept ...int) {
	c.t.Helper()
	if err := c.daemon.ask(method, path, body, out, accept...); err != nil {
		c.t.Fatalf("fcemutest: %v", err)
	}
}

func milliseconds(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// Where others come too, an account by chance.
func drawAccount() string {
	const lowest = 2_000_000_000_000_000
	drawn, err := rand.Int(rand.Reader, big.NewInt(7*lowest/2))
	if err != nil {
		panic(err) // the system has no randomness
	}
	return strconv.FormatInt(lowest+drawn.Int64(), 10)
}

func encode(body any) (*bytes.Reader, error) {
	if body == nil {
		return nil, nil
	}
	text, err := json.Marshal(body)
	return bytes.NewReader(text), err
}
