// Every method of the generated Go clients of 2023-03-30 and 2021-04-06, by address and by the real names through the proxy.
//
// The rows are the methods that reflection finds; xWithOptions is what x calls, and counts with it. What the common base of all
// generated clients brings is that package's. A method that no story tells of fails.
package tea

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fc2023 "github.com/alibabacloud-go/fc-20230330/v4/client"
	fc2021 "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

const (
	name  = "16530750.cn-shanghai.fc.aliyuncs.com"
	crc64 = "3624581664231229518" // of hello.zip
)

var address = "127.0.0.1:" + os.Getenv("FCEMU_PORT")

var ways = []struct{ name, protocol, endpoint string }{
	{"by address", "http", address},
	{"by name", "http", name},
	{"by name over HTTPS", "https", name},
}

var clients = []struct {
	name, version string
	base          any
	invoke        []any // what goes before the name of a function to invoke
	connect       func(config *openapi.Config) (any, error)
}{
	{"fc-20230330 (Go)", "2023-03-30", &openapi.Client{}, nil, func(config *openapi.Config) (any, error) { return fc2023.NewClient(config) }},
	{fc2021Name, "2021-04-06", &openapi.Client{}, []any{"demo"}, func(config *openapi.Config) (any, error) { return fc2021.NewClient(config) }},
}

func configure(protocol, endpoint string) *openapi.Config {
	return &openapi.Config{
		AccessKeyId:     tea.String("LTAI-test"),
		AccessKeySecret: tea.String("secret"),
		RegionId:        tea.String("cn-shanghai"),
		Protocol:        &protocol,
		Endpoint:        &endpoint,
	}
}

// known is what stories take for granted.
func known(t *testing.T) map[string]any {
	zip, err := os.ReadFile("../hello.zip")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"zip": base64.StdEncoding.EncodeToString(zip), "checksum": crc64}
}

// methods are those of the client itself.
func methods(client, base any) []string {
	inherited := map[string]bool{"Init": true, "GetEndpoint": true}
	for at := 0; at < reflect.TypeOf(base).NumMethod(); at++ {
		inherited[reflect.TypeOf(base).Method(at).Name] = true
	}
	var own []string
	for at := 0; at < reflect.TypeOf(client).NumMethod(); at++ {
		method := reflect.TypeOf(client).Method(at).Name
		if !inherited[method] && !strings.HasSuffix(method, "WithOptions") && !strings.HasSuffix(method, "WithContext") {
			own = append(own, method)
		}
	}
	return own
}

func resultOf(found *outcome) string {
	switch {
	case found == nil:
		return "no story tells of it"
	case len(found.wrong) > 0:
		return found.wrong[0]
	case found.done:
		return "ok"
	}
	return "expected " + found.refused
}

func TestEveryMethod(t *testing.T) {
	for _, c := range clients {
		story, err := load(c.version)
		if err != nil {
			t.Fatal(err)
		}
		for _, way := range ways {
			client, err := c.connect(configure(way.protocol, way.endpoint))
			if err != nil {
				t.Fatal(err)
			}
			p := player{reflect.ValueOf(client), known(t), map[string]*outcome{}}
			p.play(story)
			for _, method := range methods(client, c.base) {
				if c.name == fc2021Name && helpers[method] != nil {
					continue
				}
				found := p.outcomes[method]
				result, why := resultOf(found), ""
				if found != nil {
					why = found.why
				}
				if result != "ok" && !strings.HasPrefix(result, "expected ") {
					t.Errorf("%s %s: %s: %s", c.name, way.name, method, result)
				}
				if err := note(c.name, method+" "+way.name, result, why); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestDocumentedCodes(t *testing.T) {
	documented := map[string]int{}
	if err := json.Unmarshal([]byte(os.Getenv("FCEMU_DOCUMENTED")), &documented); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		for _, way := range ways {
			client, err := c.connect(configure(way.protocol, way.endpoint))
			if err != nil {
				t.Fatal(err)
			}
			for code := range documented {
				call := step{Call: "invokeFunction", Args: append(c.invoke, "raise-"+code), Request: map[string]any{"body": "event"}, Error: code}
				p := player{client: reflect.ValueOf(client)}
				result := "ok"
				if wrong := p.judge(call); wrong != "" {
					result = wrong
					t.Error(c.name, way.name, code, wrong)
				}
				if err := note(c.name, fmt.Sprintf("InvokeFunction %s: %s", way.name, code), result, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}
