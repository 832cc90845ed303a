package tea

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"regexp"
	"testing"

	fc2021 "github.com/alibabacloud-go/fc-open-20210406/v2/client"
)

const fc2021Name = "fc-open-20210406 (Go)"

// What calls an HTTP trigger: rows of their own, as no story tells of them.
var helpers = map[string]func(client *fc2021.Client, open, guarded string) error{
	"BuildHTTPRequest": func(client *fc2021.Client, _, guarded string) error {
		request, err := build(client, guarded)
		if err == nil && request.URL.String() != guarded {
			return fmt.Errorf("url %s", request.URL)
		}
		return err
	},
	"InvokeHTTPTrigger": func(client *fc2021.Client, _, guarded string) error {
		return answered(client.InvokeHTTPTrigger(&guarded, pointer("POST"), []byte("event"), &http.Header{}))
	},
	"InvokeAnonymousHTTPTrigger": func(client *fc2021.Client, open, _ string) error {
		return answered(client.InvokeAnonymousHTTPTrigger(&open, pointer("POST"), []byte("event"), &http.Header{}))
	},
	"SendHTTPRequest": func(client *fc2021.Client, open, _ string) error {
		request, err := build(client, open)
		if err != nil {
			return err
		}
		return answered(client.SendHTTPRequest(request))
	},
	"SendHTTPRequestWithAuthorization": func(client *fc2021.Client, _, guarded string) error {
		request, err := build(client, guarded)
		if err != nil {
			return err
		}
		return answered(client.SendHTTPRequestWithAuthorization(request))
	},
	"SignRequest": func(client *fc2021.Client, _, guarded string) error {
		request, err := build(client, guarded)
		if err != nil {
			return err
		}
		return signed(client.SignRequest(request))
	},
	"SignRequestWithContentMD5": func(client *fc2021.Client, _, guarded string) error {
		request, err := build(client, guarded)
		if err != nil {
			return err
		}
		return signed(client.SignRequestWithContentMD5(request, pointer("CY9rzUYh03PK3k6DJie09g==")))
	},
}

func pointer(text string) *string {
	return &text
}

func build(client *fc2021.Client, url string) (*http.Request, error) {
	return client.BuildHTTPRequest(&url, pointer("POST"), []byte("event"), &http.Header{"X-Test": {"1"}})
}

func answered(response *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && (response.StatusCode != 200 || !bytes.HasPrefix(body, []byte("hello from hello"))) {
		return fmt.Errorf("%d %s", response.StatusCode, body)
	}
	return err
}

var authorization = regexp.MustCompile(`^FC LTAI-test:[A-Za-z0-9+/]{43}=$`)

func signed(request *http.Request, err error) error {
	if err == nil && !authorization.MatchString(request.Header.Get("Authorization")) {
		return fmt.Errorf("headers %v", request.Header)
	}
	return err
}

func TestHTTPTriggers(t *testing.T) {
	for _, way := range ways {
		client, err := fc2021.NewClient(configure(way.protocol, way.endpoint))
		if err != nil {
			t.Fatal(err)
		}
		p := player{reflect.ValueOf(client), known(t), map[string]*outcome{}}
		p.play([]step{
			{Call: "createService", Request: map[string]any{"serviceName": "story"}},
			{Call: "createFunction", Args: []any{"story"}, Request: map[string]any{"functionName": "hello", "runtime": "nodejs16", "handler": "index.handler", "code": map[string]any{"zipFile": "${zip}"}}},
			{Call: "createTrigger", Args: []any{"story", "hello"}, Request: map[string]any{"triggerName": "web", "triggerType": "http", "triggerConfig": `{"authType": "anonymous", "methods": ["POST"]}`}},
			{Call: "createFunction", Args: []any{"story"}, Request: map[string]any{"functionName": "hello-signed", "runtime": "nodejs16", "handler": "index.handler", "code": map[string]any{"zipFile": "${zip}"}}},
			{Call: "createTrigger", Args: []any{"story", "hello-signed"}, Request: map[string]any{"triggerName": "web", "triggerType": "http", "triggerConfig": `{"authType": "function", "methods": ["POST"]}`}},
		})
		base := way.protocol + "://" + way.endpoint + "/2016-08-15/proxy/story/hello"
		for method, call := range helpers {
			result := "ok"
			if err := call(client, base+"/a/b?q=1", base+"-signed/a/b?q=1"); err != nil {
				result = err.Error()
				t.Error(way.name, method, result)
			}
			if err := note(fc2021Name, method+" "+way.name, result, ""); err != nil {
				t.Fatal(err)
			}
		}
		p.play([]step{
			{Call: "deleteTrigger", Args: []any{"story", "hello-signed", "web"}},
			{Call: "deleteFunction", Args: []any{"story", "hello-signed"}},
			{Call: "deleteTrigger", Args: []any{"story", "hello", "web"}},
			{Call: "deleteFunction", Args: []any{"story", "hello"}},
			{Call: "deleteService", Args: []any{"story"}},
		})
		for call, found := range p.outcomes {
			if len(found.wrong) > 0 {
				t.Error(call, found.wrong)
			}
		}
	}
}
