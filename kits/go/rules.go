package fcemutest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

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
