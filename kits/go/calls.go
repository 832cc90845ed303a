package fcemutest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
