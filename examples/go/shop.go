// Package shop charges orders by a function. Throttling is waited out; what may have been done is not repeated.
package shop

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

const attempts = 4

// ErrUnknown says that the answer was lost: nobody knows whether the order is charged. Look before it is charged again.
var ErrUnknown = errors.New("charged or not")

func isWorthARetry(err error) bool {
	var refusal *tea.SDKError
	if !errors.As(err, &refusal) {
		return false
	}
	code := tea.StringValue(refusal.Code)
	return code == "ResourceExhausted" || code == "ResourceThrottled"
}

// Charge gives the order that was charged.
func Charge(client *fc.Client, order string, pause time.Duration) (string, error) {
	body, err := json.Marshal(map[string]string{"order": order})
	if err != nil {
		return "", err
	}
	for attempt := 1; ; attempt++ {
		answer, err := client.InvokeFunction(tea.String("charge"), &fc.InvokeFunctionRequest{Body: bytes.NewReader(body)})
		if err == nil {
			var told struct{ Charged string }
			if err = json.NewDecoder(answer.Body).Decode(&told); err == nil {
				return told.Charged, nil
			}
		}
		if !isWorthARetry(err) {
			return "", fmt.Errorf("order %s: %w: %w", order, ErrUnknown, err)
		}
		if attempt == attempts {
			return "", err
		}
		time.Sleep(pause)
		pause *= 2
	}
}
