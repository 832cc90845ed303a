package shop

import (
	"errors"
	"testing"
	"time"

	"fcemu/fcemutest"
	"fcemu/fcemutest/fc3"
)

type m = fcemutest.M

const invocation = "InvokeFunction"

func ready(t *testing.T) *fcemutest.Cloud {
	t.Helper()
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Deploy("charge", "testdata/charge", fcemutest.Function{Runtime: "python3.10"})
	return cloud
}

func TestAnOrderIsCharged(t *testing.T) {
	cloud := ready(t)
	if charged, err := Charge(fc3.Client(cloud), "4711", time.Second); err != nil || charged != "4711" {
		t.Error(charged, err)
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	cloud := ready(t)
	cloud.Fault("ResourceThrottled", fcemutest.Strike{Operation: invocation, Times: 2})
	if charged, err := Charge(fc3.Client(cloud), "4711", 10*time.Millisecond); err != nil || charged != "4711" {
		t.Error(charged, err)
	}
	calls := m{"operation": invocation}
	cloud.Verify(m{"calls": m{"match": calls, "eq": 3}}, m{"backoff": m{"match": calls, "first_gap": m{"gte": "10ms"}}})
}

func TestALostAnswerIsNoSecondCharge(t *testing.T) {
	cloud := ready(t)
	cloud.Fault(m{"close": m{"at": "headers"}, "effect": "done"}, fcemutest.Strike{Operation: invocation, Times: 1})
	if _, err := Charge(fc3.Client(cloud), "4711", time.Second); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	calls := m{"operation": invocation}
	cloud.Verify(m{"calls": m{"match": calls, "eq": 1}}, m{"duplicates": m{"match": calls, "eq": 0}})
}
