// Region and account behind an address, as docs/clients.md writes them: these clients sign the whole endpoint as the Host header,
// which Go's own HTTP client then refuses to send (through a proxy) or leaves empty.

package tea

import (
	"reflect"
	"strings"
	"testing"

	fc2023 "github.com/alibabacloud-go/fc-20230330/v4/client"
	fc2021 "github.com/alibabacloud-go/fc-open-20210406/v2/client"
)

func TestPlaceBehindAnAddress(t *testing.T) {
	for _, c := range clients {
		for protocol, want := range map[string]string{"http": "invalid Host header", "https": "SignatureNotMatch"} {
			client, err := c.connect(configure(protocol, address+"/@ap-southeast-1/16530750"))
			if err != nil {
				t.Fatal(err)
			}
			method, request := "ListFunctions", reflect.ValueOf(&fc2023.ListFunctionsRequest{})
			if c.name == fc2021Name {
				method, request = "ListServices", reflect.ValueOf(&fc2021.ListServicesRequest{})
			}
			answer := reflect.ValueOf(client).MethodByName(method).Call([]reflect.Value{request})
			result, why := "expected "+want, "Go sends no Host header with a path: by name, or the account of the key and the region of the settings"
			if err, failed := answer[1].Interface().(error); !failed || !strings.Contains(err.Error(), want) {
				result = "it is sent"
				if failed {
					result = strings.Join(strings.Fields(err.Error()), " ")
				}
				t.Error(c.name, protocol, result)
			}
			if err := note(c.name, "an address with a place over "+strings.ToUpper(protocol), result, why); err != nil {
				t.Fatal(err)
			}
		}
	}
}
