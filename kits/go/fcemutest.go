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
	"net/http"
	"net/url"
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

// ---- rules ----

// Answer is what a stub gives. JSON comes before Body.
type Answer struct {
	Status  int // 200
	Headers map[string]string
	Body    []byte
	JSON    any
	Match   M // further keys
}

// Strike says which calls a fault strikes: those of this account that all its keys meet.
type Strike struct {
	Operation, Service, Function, Region string
	Match                                M   // further keys
	Times                                int // the first so many; 0: all
	When                                 M   // gates
	Rule                                 M   // what else a rule may hold: id, ttl, priority, limit
}

// Rule is a rule of this test.
type Rule struct {
	ID    string
	cloud *Cloud
}

// Counters of a rule.
type Counters struct{ Matched, Reached, Fired int }

func (c *Cloud) add(kind string, rule M, match M) *Rule {
	c.t.Helper()
	match["account"] = c.Account
	rule["match"] = match
	if rule["ttl"] == nil {
		rule["ttl"] = ruleTTL
	}
	id, named := rule["id"].(string)
	if !named {
		id = fmt.Sprintf("%s-%s-%d", kind, c.Account, c.rules.Add(1))
		rule["id"] = id
	}
	c.Ask("POST", "/_fcemu/faults/rules", rule, nil)
	return &Rule{id, c}
}

// Stub answers calls of a function without running anything.
func (c *Cloud) Stub(function string, answer Answer) *Rule {
	c.t.Helper()
	respond, match := M{"status": http.StatusOK}, M{"operation": "InvokeFunction"}
	headers := map[string]string{}
	if answer.Status != 0 {
		respond["status"] = answer.Status
	}
	if answer.JSON != nil {
		body, err := json.Marshal(answer.JSON)
		if err != nil {
			c.t.Fatalf("fcemutest: answer of %s: %v", function, err)
		}
		answer.Body, headers["content-type"] = body, "application/json"
	}
	for name, value := range answer.Headers {
		headers[name] = value
	}
	respond["body_base64"], respond["headers"] = answer.Body, headers
	if answer.Body == nil {
		delete(respond, "body_base64")
	}
	for key, value := range answer.Match {
		match[key] = value
	}
	match["function"] = function
	return c.add("stub", M{"priority": stubPriority, "do": M{"respond": respond}}, match)
}

// Fault strikes calls: do is a documented code ("ResourceThrottled") or what `do` of a rule has there (M{"reset": M{"at": "headers"}}).
func (c *Cloud) Fault(do any, strike Strike) *Rule {
	c.t.Helper()
	rule, match, when := M{}, M{}, M{}
	for key, value := range strike.Rule {
		rule[key] = value
	}
	for key, value := range strike.Match {
		match[key] = value
	}
	for key, value := range map[string]string{"operation": strike.Operation, "service": strike.Service, "function": strike.Function, "region": strike.Region} {
		if value != "" {
			match[key] = value
		}
	}
	if strike.Times > 0 {
		when["calls"] = M{"first": strike.Times}
	}
	for gate, value := range strike.When {
		when[gate] = value
	}
	if len(when) > 0 {
		rule["when"] = when
	}
	if code, is := do.(string); is {
		do = M{"error": code}
	}
	rule["do"] = do
	return c.add("fault", rule, match)
}

// Counters are as they are now.
func (r *Rule) Counters() (counters Counters) {
	r.cloud.t.Helper()
	r.cloud.Ask("GET", "/_fcemu/faults/rules/"+url.PathEscape(r.ID), nil, &counters)
	return counters
}

// Fired is how many calls it struck.
func (r *Rule) Fired() int {
	r.cloud.t.Helper()
	return r.Counters().Fired
}

// Remove takes it away before the test ends.
func (r *Rule) Remove() {
	r.cloud.t.Helper()
	r.cloud.Ask("DELETE", "/_fcemu/faults/rules/"+url.PathEscape(r.ID), nil, nil)
}

// ---- what happened ----

// Call is a call as the journal shows it; All has each of its fields.
type Call struct {
	RequestID string `json:"request_id"`
	Time      string
	Duration  float64 `json:"duration_ms"`
	Status    int
	Operation string
	API       string
	Account   string
	Region    string
	Method    string
	Path      string
	Service   string
	Function  string
	Code      string
	Rule      string
	Outcome   string
	Attempt   int
	NearMiss  string                     `json:"near_miss"`
	All       map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps every field, besides those that have a place.
func (c *Call) UnmarshalJSON(text []byte) error {
	type plain Call
	if err := json.Unmarshal(text, (*plain)(c)); err != nil {
		return err
	}
	return json.Unmarshal(text, &c.All)
}

// String is a line for a log.
func (c Call) String() string {
	words := []string{c.Operation}
	if c.Operation == "" {
		words = []string{c.Method + " " + c.Path}
	}
	if target := strings.Trim(c.Service+"/"+c.Function, "/"); target != "" {
		words = append(words, target)
	}
	ends := strings.TrimSpace(strconv.Itoa(c.Status) + " " + c.Code)
	if c.Status == 0 {
		ends = strings.TrimSpace("no answer " + c.Code)
	}
	var notes []string
	if c.Outcome != "delivered" {
		notes = append(notes, c.Outcome)
	}
	if c.Rule != "" {
		notes = append(notes, "rule "+c.Rule)
	}
	if c.Attempt > 1 {
		notes = append(notes, fmt.Sprint("attempt ", c.Attempt))
	}
	if c.NearMiss != "" {
		notes = append(notes, c.NearMiss)
	}
	line := fmt.Sprintf("%s  %s -> %s, %.1f ms", clockOf(c.Time), strings.Join(words, " "), ends, c.Duration)
	if len(notes) > 0 {
		line += "  (" + strings.Join(notes, ", ") + ")"
	}
	return line
}

func clockOf(time string) string {
	const from, to = len("2006-01-02T"), len("2006-01-02T15:04:05.000")
	if len(time) < to {
		return time
	}
	return time[from:to]
}

// Calls of this account, oldest first; filters as the control side has them, in pairs: "status", "5xx", "function", "pay".
func (c *Cloud) Calls(filters ...string) []Call {
	c.t.Helper()
	query := url.Values{}
	for i := 0; i+1 < len(filters); i += 2 {
		query.Set(filters[i], filters[i+1])
	}
	query.Set("account", c.Account)
	var journal struct{ Requests []Call }
	c.Ask("GET", "/_fcemu/requests?"+query.Encode(), nil, &journal)
	return journal.Requests
}

// Story is the last calls of this account, a line each.
func (c *Cloud) Story() []string {
	var journal struct{ Requests []Call }
	path := fmt.Sprintf("/_fcemu/requests?account=%s&limit=%d", c.Account, storyCalls)
	if err := c.daemon.ask("GET", path, nil, &journal); err != nil {
		return []string{"  " + err.Error(), c.daemon.log()}
	}
	if len(journal.Requests) == 0 {
		return []string{fmt.Sprintf("  no call came for account %s in %s", c.Account, c.Region)}
	}
	var lines []string
	for _, call := range journal.Requests {
		lines = append(lines, "  "+call.String())
	}
	return lines
}

// Verify judges the calls of this account by assertions: M{"calls": M{"match": M{"function": "pay"}, "eq": 3}}. It fails the test with
// t.Error, also when nothing happened that could be judged.
func (c *Cloud) Verify(assertions ...M) bool {
	c.t.Helper()
	return c.VerifyWithin(0, assertions...)
}

// VerifyWithin looks again until then.
func (c *Cloud) VerifyWithin(within time.Duration, assertions ...M) bool {
	c.t.Helper()
	var scoped []M
	for _, one := range assertions {
		for name, terms := range one {
			scoped = append(scoped, M{name: c.scope(name, terms)})
		}
	}
	document := M{"assert": scoped}
	if within > 0 {
		document["within"] = milliseconds(within)
	}
	var told struct {
		Verdict string
		Results []struct{ Assertion, Verdict, Text string }
	}
	c.Ask("POST", "/_fcemu/requests/verify", document, &told, http.StatusConflict, http.StatusFailedDependency)
	if told.Verdict == "pass" {
		return true
	}
	var failed []string
	for _, result := range told.Results {
		if result.Verdict != "pass" {
			failed = append(failed, fmt.Sprintf("%s: %s: %s", result.Verdict, result.Assertion, result.Text))
		}
	}
	c.t.Error(strings.Join(failed, "\n"))
	return false
}

func (c *Cloud) scope(name string, given any) M {
	c.t.Helper()
	terms, match := M{}, M{"account": c.Account}
	own, is := given.(M)
	if !is {
		c.t.Fatalf("fcemutest: terms of %s are a %T, not a fcemutest.M", name, given)
	}
	for key, value := range own {
		terms[key] = value
	}
	if narrower, is := own["match"].(M); is {
		for key, value := range narrower {
			match[key] = value
		}
	}
	terms["match"] = match
	return terms
}

// ---- functions ----

// Function is what Deploy makes of code.
type Function struct {
	Runtime string // custom.debian12
	Handler string // index.handler
	Service string // a function of 2021-04-06 in this service; "": one of 2023-03-30
	More    M      // further members of the request: timeout, memorySize, customRuntimeConfig
}

// Deploy creates a function, or gives one new code: Files, a fs.FS, the path of a folder or a zip file, or the bytes of one.
func (c *Cloud) Deploy(name string, code any, function Function) {
	c.t.Helper()
	zipped, err := pack(code)
	if err != nil {
		c.t.Fatalf("fcemutest: code of %s: %v", name, err)
	}
	body := M{"functionName": name, "runtime": "custom.debian12", "handler": "index.handler", "code": M{"zipFile": zipped}}
	if function.Runtime != "" {
		body["runtime"] = function.Runtime
	}
	if function.Handler != "" {
		body["handler"] = function.Handler
	}
	for key, value := range function.More {
		body[key] = value
	}
	base := fmt.Sprintf("/@%s/%s/2023-03-30", c.Region, c.Account)
	if function.Service != "" {
		base = fmt.Sprintf("/@%s/%s/2021-04-06", c.Region, c.Account)
		c.Ask("POST", base+"/services", M{"serviceName": function.Service}, nil, http.StatusConflict)
		base += "/services/" + url.PathEscape(function.Service)
	}
	var made struct{ FunctionName string }
	c.Ask("POST", base+"/functions", body, &made, http.StatusConflict)
	if made.FunctionName == "" {
		c.Ask("PUT", base+"/functions/"+url.PathEscape(name), body, nil)
	}
}

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
