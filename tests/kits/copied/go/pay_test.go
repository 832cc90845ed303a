package shop

import (
	"testing"

	"fcemu/fcemutest"
	"fcemu/fcemutest/fc3"
)

func TestPaySurvives(t *testing.T) {
	t.Parallel()
	cloud := fcemutest.Start(t)
	cloud.Stub("pay", fcemutest.Answer{JSON: map[string]bool{"ok": true}})
	cloud.Fault("ResourceThrottled", fcemutest.Strike{Function: "pay", Times: 2})
	if err := Call(fc3.Client(cloud), "{\"n\":1}"); err != nil { // what is tested
		t.Error(err)
	}
	cloud.Verify(fcemutest.M{"calls": fcemutest.M{"match": fcemutest.M{"function": "pay"}, "eq": 3}})
}
