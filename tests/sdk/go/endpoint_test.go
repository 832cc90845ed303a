// Region and account behind an address, as docs/clients.md writes them: whether this client takes such an endpoint, strictly signed.

package sdk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/aliyun/fc-go-sdk"
)

const place = "/@ap-southeast-1/16530750"

// arrived is where the last call with a place in its path went.
func arrived() (string, error) {
	response, err := (&http.Client{Transport: &http.Transport{}}).Get("http://" + address + "/_fcemu/requests?limit=100000")
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var journal struct {
		Requests []struct {
			Path, Region, Account string
			Status                int
			Defaulted             *string
			TLS                   bool
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&journal); err != nil {
		return "", err
	}
	for i := len(journal.Requests) - 1; i >= 0; i-- {
		entry := journal.Requests[i]
		if strings.HasPrefix(entry.Path, "/@") {
			return fmt.Sprint(entry.Status, " ", entry.Region, " ", entry.Account, " ", entry.Defaulted == nil, " ", entry.TLS), nil
		}
	}
	return "nowhere", nil
}

func TestPlaceBehindAnAddress(t *testing.T) {
	for protocol, want := range map[string]string{"http": "200 ap-southeast-1 16530750 true false", "https": "200 ap-southeast-1 16530750 true true"} {
		result := "ok"
		if _, err := connect(t, protocol+"://"+address+place).ListServices(fc.NewListServicesInput()); err != nil {
			result = strings.Split(err.Error(), "\n")[0]
		} else if got, err := arrived(); err != nil || got != want {
			result = fmt.Sprint("arrived at ", got, ", not ", want, " ", err)
		}
		if result != "ok" {
			t.Error(protocol, result)
		}
		note(t, "an address with a place over "+strings.ToUpper(protocol), result, "")
	}
}
