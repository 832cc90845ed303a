// Package shop is what the copied test tests: a call that waits throttling out.
package shop

import (
	"errors"
	"strings"
	"time"

	fc "github.com/alibabacloud-go/fc-20230330/v4/client"
	"github.com/alibabacloud-go/tea/tea"
)

// Call invokes the function pay.
func Call(client *fc.Client, payload string) error {
	for attempt := 1; ; attempt++ {
		_, err := client.InvokeFunction(tea.String("pay"), &fc.InvokeFunctionRequest{Body: strings.NewReader(payload)})
		var refusal *tea.SDKError
		if attempt == 4 || !errors.As(err, &refusal) || tea.StringValue(refusal.Code) != "ResourceThrottled" {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
