// github.com/aliyun/fc-go-sdk returns for each documented code an error that carries it.
package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"testing"

	fc "github.com/aliyun/fc-go-sdk"
)

type row struct {
	Client string `json:"client"`
	Method string `json:"method"`
	Result string `json:"result"`
	Note   string `json:"note"`
}

// note appends a row: result is "ok", "expected CODE" with the reason, or what went wrong.
func note(t *testing.T, method, result, why string) {
	out, err := os.OpenFile(os.Getenv("FCEMU_RESULTS"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	if err := json.NewEncoder(out).Encode(row{"fc-go-sdk", method, result, why}); err != nil {
		t.Fatal(err)
	}
}

func seen(client *fc.Client, code string) string {
	_, err := client.InvokeFunction(fc.NewInvokeFunctionInput("demo", "raise-"+code).WithPayload([]byte("event")))
	var told *fc.ServiceError
	if errors.As(err, &told) {
		return fmt.Sprintf("%d %s", told.HTTPStatus, told.ErrorCode)
	}
	return fmt.Sprint(err)
}

func TestDocumentedCodes(t *testing.T) {
	documented := map[string]int{}
	if err := json.Unmarshal([]byte(os.Getenv("FCEMU_DOCUMENTED")), &documented); err != nil {
		t.Fatal(err)
	}
	for _, way := range ways {
		client := connect(t, way.endpoint)
		for code, status := range documented {
			result, want := "ok", fmt.Sprintf("%d %s", status, code)
			if got := seen(client, code); got != want {
				result = "got " + got + ", not " + want
				t.Error(way.text, code, result)
			}
			note(t, "InvokeFunction "+way.text+": "+code, result, "")
		}
	}
}
