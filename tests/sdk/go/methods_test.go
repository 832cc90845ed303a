// Every public method of the client of github.com/aliyun/fc-go-sdk, in the order of a life: a service and all that hangs on it
// is made, read, changed and removed. The rows are the methods that reflection finds; one that no step drives fails.
package sdk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	fc "github.com/aliyun/fc-go-sdk"
)

const (
	service  = "go-story"
	function = "hello"
	domain   = "go.example.com"
	arn      = "acs:fc:cn-shanghai:16530750:services/" + service
	crc64    = "3624581664231229518" // of hello.zip
)

// A step is one call. want is JSON that the answer's fields must contain, "~…" being a pattern; code is the error that is due,
// and why says so when it is there because the daemon does not emulate the operation.
type step struct {
	method string
	input  any
	want   string
	code   string
	why    string
}

func story(zip []byte, endpoint, layer string) []step {
	code := fc.NewCode().WithZipFile(zip)
	timer := fc.NewTimeTriggerConfig().WithPayload("p").WithCronExpression("@every 1h").WithEnable(false)
	web := fc.NewHTTPTriggerConfig().WithAuthType("anonymous").WithMethods("POST")
	route := fc.NewRouteConfig().WithRoutes([]fc.PathConfig{*fc.NewPathConfig().WithPath("/*").WithServiceName(service).WithFunctionName(function)})
	attempts := int64(1)
	hello := func() *fc.CreateFunctionInput {
		return fc.NewCreateFunctionInput(service).WithFunctionName(function).WithRuntime("nodejs12").WithHandler("index.handler").WithMemorySize(128).WithCode(code)
	}
	url := fmt.Sprintf("%s/2016-08-15/proxy/%s/%s/a?q=1", endpoint, service, function)
	request, _ := http.NewRequest(http.MethodPost, url, strings.NewReader("event"))
	request.Header.Set("Content-Type", "text/plain") // signed as it is; the client would send another one than it signed

	return []step{
		{method: "GetAccountSettings", input: fc.NewGetAccountSettingsInput(), want: `{"availableAZs": ["~."]}`},
		{method: "GetTempBucketToken", want: `{"ossBucket": "~.", "ossRegion": "~.", "objectName": "~."}`},
		{method: "CreateService", input: fc.NewCreateServiceInput().WithServiceName(service).WithDescription("first"), want: `{"serviceName": "go-story", "description": "first"}`},
		{method: "CreateService", input: fc.NewCreateServiceInput().WithServiceName(service), code: "ServiceAlreadyExists"},
		{method: "GetService", input: fc.NewGetServiceInput(service), want: `{"description": "first", "internetAccess": true}`},
		{method: "GetService", input: fc.NewGetServiceInput("absent"), code: "ServiceNotFound"},
		{method: "UpdateService", input: fc.NewUpdateServiceInput(service).WithDescription("second"), want: `{"description": "second"}`},
		{method: "UpdateService", input: fc.NewUpdateServiceInput(service).WithIfMatch("other"), code: "PreconditionFailed"},
		{method: "ListServices", input: fc.NewListServicesInput().WithPrefix("go-"), want: `{"services": [{"serviceName": "go-story"}]}`},

		{method: "CreateFunction", input: hello(), want: `{"functionName": "hello", "codeChecksum": "` + crc64 + `"}`},
		{method: "CreateFunction", input: hello(), code: "FunctionAlreadyExists"},
		{method: "GetFunction", input: fc.NewGetFunctionInput(service, function), want: `{"memorySize": 128, "runtime": "nodejs12"}`},
		{method: "GetFunction", input: fc.NewGetFunctionInput(service, "absent"), code: "FunctionNotFound"},
		{method: "GetFunctionCode", input: fc.NewGetFunctionCodeInput(service, function), want: `{"url": "~^http"}`},
		{method: "UpdateFunction", input: fc.NewUpdateFunctionInput(service, function).WithMemorySize(256), want: `{"memorySize": 256}`},
		{method: "ListFunctions", input: fc.NewListFunctionsInput(service).WithLimit(10), want: `{"functions": [{"functionName": "hello"}]}`},
		{method: "InvokeFunction", input: fc.NewInvokeFunctionInput(service, function).WithPayload([]byte("event")), want: `{"Payload": "aGVsbG8gZnJvbSBoZWxsbw=="}`},
		{method: "CreateTrigger", input: fc.NewCreateTriggerInput(service, function).WithTriggerName("web").WithTriggerType("http").WithTriggerConfig(web), want: `{"triggerType": "http"}`},
		{method: "DoHttpRequest", input: request, want: `"hello from hello"`},
		{method: "DeleteTrigger", input: fc.NewDeleteTriggerInput(service, function, "web")},
		{method: "SignURL", input: fc.NewSignURLInput(http.MethodGet, service, function, time.Now().Add(time.Hour)), want: `"~x-fc-signature="`},

		{method: "PublishServiceVersion", input: fc.NewPublishServiceVersionInput(service).WithDescription("one"), want: `{"versionId": "1", "description": "one"}`},
		{method: "ListServiceVersions", input: fc.NewListServiceVersionsInput(service).WithBackwardDirection(), want: `{"versions": [{"versionId": "1"}]}`},
		{method: "CreateAlias", input: fc.NewCreateAliasInput(service).WithAliasName("prod").WithVersionID("1"), want: `{"aliasName": "prod"}`},
		{method: "CreateAlias", input: fc.NewCreateAliasInput(service).WithAliasName("none").WithVersionID("7"), code: "VersionNotFound"},
		{method: "GetAlias", input: fc.NewGetAliasInput(service, "prod"), want: `{"versionId": "1"}`},
		{method: "UpdateAlias", input: fc.NewUpdateAliasInput(service, "prod").WithDescription("changed"), want: `{"versionId": "1", "description": "changed"}`},
		{method: "ListAliases", input: fc.NewListAliasesInput(service).WithPrefix("p"), want: `{"aliases": [{"aliasName": "prod"}]}`},

		{method: "CreateTrigger", input: fc.NewCreateTriggerInput(service, function).WithTriggerName("t").WithTriggerType("timer").WithTriggerConfig(timer), want: `{"triggerName": "t", "triggerType": "timer"}`},
		{method: "GetTrigger", input: fc.NewGetTriggerInput(service, function, "t"), want: `{"triggerConfig": {"cronExpression": "@every 1h"}}`},
		{method: "UpdateTrigger", input: fc.NewUpdateTriggerInput(service, function, "t").WithTriggerConfig(timer.WithPayload("q")), want: `{"triggerConfig": {"payload": "q"}}`},
		{method: "ListTriggers", input: fc.NewListTriggersInput(service, function), want: `{"triggers": [{"triggerName": "t"}]}`},
		{method: "CreateCustomDomain", input: fc.NewCreateCustomDomainInput().WithDomainName(domain).WithProtocol("HTTP"), want: `{"domainName": "go.example.com"}`},
		{method: "GetCustomDomain", input: fc.NewGetCustomDomainInput(domain), want: `{"protocol": "HTTP"}`},
		{method: "UpdateCustomDomain", input: fc.NewUpdateCustomDomainInput(domain).WithRouteConfig(route), want: `{"routeConfig": {"routes": [{"path": "/*", "functionName": "hello"}]}}`},
		{method: "ListCustomDomains", input: fc.NewListCustomDomainsInput().WithPrefix("go"), want: `{"customDomains": [{"domainName": "go.example.com"}]}`},
		{method: "TagResource", input: fc.NewTagResourceInput(arn, map[string]string{"team": "a", "cost": "b"})},
		{method: "GetResourceTags", input: fc.NewGetResourceTagsInput(arn), want: `{"resourceArn": "` + arn + `", "tags": {"team": "a", "cost": "b"}}`},
		{method: "UnTagResource", input: fc.NewUnTagResourceInput(arn).WithTagKeys([]string{"team"}).WithAll(false)},
		{method: "GetResourceTags", input: fc.NewGetResourceTagsInput(arn), want: `{"tags": {"team": null, "cost": "b"}}`},

		{method: "PutProvisionConfig", input: fc.NewPutProvisionConfigInput(service, "prod", function).WithTarget(2), want: `{"target": 2}`},
		{method: "GetProvisionConfig", input: fc.NewGetProvisionConfigInput(service, "prod", function), want: `{"target": 2}`},
		{method: "ListProvisionConfigs", input: fc.NewListProvisionConfigsInput().WithServiceName(service).WithQualifier("prod"), want: `{"provisionConfigs": [{"target": 2}]}`},
		{method: "PutOnDemandConfig", input: fc.NewPutOnDemandConfigInput(service, "prod", function).WithMaximumInstanceCount(5), want: `{"maximumInstanceCount": 5}`},
		{method: "GetOnDemandConfig", input: fc.NewGetOnDemandConfigInput(service, "prod", function), want: `{"maximumInstanceCount": 5}`},
		{method: "ListOnDemandConfigs", input: fc.NewListOnDemandConfigsInput(), want: `{"configs": [{"maximumInstanceCount": 5}]}`},
		{method: "DeleteOnDemandConfig", input: fc.NewDeleteOnDemandConfigInput(service, "prod", function)},
		{method: "GetOnDemandConfig", input: fc.NewGetOnDemandConfigInput(service, "prod", function), code: "OnDemandConfigNotFound"},
		{method: "PutFunctionAsyncInvokeConfig", input: fc.NewPutFunctionAsyncInvokeConfigInput(service, function).WithQualifier("prod").WithAsyncConfig(fc.AsyncConfig{MaxAsyncRetryAttempts: &attempts}), want: `{"maxAsyncRetryAttempts": 1, "qualifier": "prod"}`},
		{method: "GetFunctionAsyncInvokeConfig", input: fc.NewGetFunctionAsyncInvokeConfigInput(service, function).WithQualifier("prod"), want: `{"service": "go-story", "function": "hello", "maxAsyncRetryAttempts": 1}`},
		{method: "ListFunctionAsyncInvokeConfigs", input: fc.NewListFunctionAsyncInvokeConfigsInput(service, function), want: `{"configs": [{"qualifier": "prod"}]}`},
		{method: "DeleteFunctionAsyncInvokeConfig", input: fc.NewDeleteFunctionAsyncInvokeConfigInput(service, function).WithQualifier("prod")},
		{method: "ListStatefulAsyncInvocations", input: fc.NewListStatefulAsyncInvocationsInput(service, function)},
		{method: "GetStatefulAsyncInvocation", input: fc.NewGetStatefulAsyncInvocationInput(service, function, "none"), code: "StatefulAsyncInvocationNotFound", why: "no invocation has that id"},
		{method: "StopStatefulAsyncInvocation", input: fc.NewStopStatefulAsyncInvocationInput(service, function, "none"), code: "StatefulAsyncInvocationNotFound", why: "no invocation has that id"},

		{method: "PublishLayerVersion", input: fc.NewPublishLayerVersionInput().WithLayerName(layer).WithCode(code).WithCompatibleRuntime([]string{"nodejs12"}), want: `{"layerName": "` + layer + `", "version": 1, "codeChecksum": "` + crc64 + `"}`},
		{method: "GetLayerVersion", input: fc.NewGetLayerVersionInput(layer, 1), want: `{"version": 1, "code": {"location": "~^http"}}`},
		{method: "GetLayerVersion", input: fc.NewGetLayerVersionInput(layer, 9), code: "LayerVersionNotFound"},
		{method: "GetLayerVersionByArn", input: fc.NewGetLayerVersionByArnInput("acs:fc:cn-shanghai:16530750:layers/" + layer + "/versions/1"), want: `{"layerName": "` + layer + `", "version": 1}`},
		{method: "ListLayers", input: fc.NewListLayersInput().WithPrefix("go-"), want: `{"layers": [{"layerName": "` + layer + `"}]}`},
		{method: "ListLayerVersions", input: fc.NewListLayerVersionsInput(layer, 1), want: `{"layers": [{"version": 1}]}`},
		{method: "PublishPublicLayerVersion", input: fc.NewGetLayerVersionInput(layer, 1)},
		{method: "GetLayerVersion", input: fc.NewGetLayerVersionInput(layer, 1), want: `{"acl": 1}`},
		{method: "DeleteLayerVersion", input: fc.NewDeleteLayerVersionInput(layer, 1)},
		{method: "PublishLayerVersion", input: fc.NewPublishLayerVersionInput().WithLayerName(layer).WithCode(code), want: `{"version": 2}`},
		{method: "PermanentDeleteLayerVersion", input: fc.NewPermanentDeleteLayerVersionInput("16530750", layer, 2)},
		{method: "ListInstances", input: fc.NewListInstancesInput(service, function), want: `{"Instances": [{"instanceId": "~^c-"}]}`},
		{method: "InstanceExec", input: fc.NewInstanceExecInput(service, function, "c-1", []string{"ls"}), code: "InstanceNotFound", why: "no instance has that id"},
		{method: "ListReservedCapacities", input: fc.NewListReservedCapacitiesInput(), want: `{"reservedCapacities": []}`},

		{method: "PutProvisionConfig", input: fc.NewPutProvisionConfigInput(service, "prod", function).WithTarget(0), want: `{"target": 0}`},
		{method: "DeleteCustomDomain", input: fc.NewDeleteCustomDomainInput(domain)},
		{method: "GetCustomDomain", input: fc.NewGetCustomDomainInput(domain), code: "DomainNameNotFound"},
		{method: "DeleteTrigger", input: fc.NewDeleteTriggerInput(service, function, "t")},
		{method: "GetTrigger", input: fc.NewGetTriggerInput(service, function, "t"), code: "TriggerNotFound"},
		{method: "DeleteAlias", input: fc.NewDeleteAliasInput(service, "prod")},
		{method: "GetAlias", input: fc.NewGetAliasInput(service, "prod"), code: "AliasNotFound"},
		{method: "DeleteServiceVersion", input: fc.NewDeleteServiceVersionInput(service, "1")},
		{method: "DeleteService", input: fc.NewDeleteServiceInput(service), code: "ServiceNotEmpty"},
		{method: "DeleteFunction", input: fc.NewDeleteFunctionInput(service, function)},
		{method: "DeleteService", input: fc.NewDeleteServiceInput(service)},
		{method: "GetService", input: fc.NewGetServiceInput(service), code: "ServiceNotFound"},
	}
}

// play makes one call; its answer as JSON would show it, or the error.
func play(client *fc.Client, s step) (any, error) {
	arguments := []reflect.Value{}
	if s.input != nil {
		arguments = append(arguments, reflect.ValueOf(s.input))
	}
	answer := reflect.ValueOf(client).MethodByName(s.method).Call(arguments)
	if err, failed := answer[1].Interface().(error); failed {
		return nil, err
	}
	if response, raw := answer[0].Interface().(*http.Response); raw {
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		return string(body), err
	}
	text, err := json.Marshal(answer[0].Interface())
	if err != nil {
		return nil, err
	}
	var got any
	err = json.Unmarshal(text, &got)
	return got, err
}

var codeInText = regexp.MustCompile(`"ErrorCode":\s*"(\w+)"`)

// codeOf finds the code also where the client puts the whole body into a message.
func codeOf(err error) string {
	var told *fc.ServiceError
	if errors.As(err, &told) {
		return told.ErrorCode
	}
	if found := codeInText.FindStringSubmatch(fmt.Sprint(err)); found != nil {
		return found[1]
	}
	return fmt.Sprint(err)
}

// differs says where got lacks what want has; "" when it lacks nothing.
func differs(got, want any, path string) string {
	switch want := want.(type) {
	case map[string]any:
		fields, _ := got.(map[string]any)
		for key, item := range want {
			if wrong := differs(fields[key], item, path+"/"+key); wrong != "" {
				return wrong
			}
		}
		return ""
	case []any:
		items, _ := got.([]any)
		if len(items) < len(want) || (len(want) == 0) != (len(items) == 0) {
			return fmt.Sprintf("%s is %v, not %v", path, got, want)
		}
		for i := range want {
			if wrong := differs(items[i], want[i], fmt.Sprint(path, "/", i)); wrong != "" {
				return wrong
			}
		}
		return ""
	case string:
		if strings.HasPrefix(want, "~") && regexp.MustCompile(want[1:]).MatchString(fmt.Sprint(got)) {
			return ""
		}
	}
	if reflect.DeepEqual(got, want) {
		return ""
	}
	return fmt.Sprintf("%s is %v, not %v", path, got, want)
}

func judge(client *fc.Client, s step) string {
	got, err := play(client, s)
	if err != nil || s.code != "" {
		if code := codeOf(err); err == nil || code != s.code {
			return fmt.Sprintf("error %v, not %s", err, s.code)
		}
		return ""
	}
	if s.want == "" {
		return ""
	}
	var want any
	if err := json.Unmarshal([]byte(s.want), &want); err != nil {
		return err.Error()
	}
	return differs(got, want, "")
}

type outcome struct {
	done, wrong, code, why string
}

func (o *outcome) result() string {
	switch {
	case o == nil:
		return "no step drives it"
	case o.wrong != "":
		return o.wrong
	case o.done == "":
		return "expected " + o.code
	}
	return "ok"
}

var name, address = "16530750.cn-shanghai.fc.aliyuncs.com", "127.0.0.1:" + os.Getenv("FCEMU_PORT")

// How the client reaches the daemon; by name it goes through the proxy.
var ways = []struct{ text, endpoint string }{
	{"by address", "http://" + address},
	{"by name", "http://" + name},
	{"by name over HTTPS", "https://" + name},
}

func connect(t *testing.T, endpoint string) *fc.Client {
	client, err := fc.NewClient(endpoint, "2016-08-15", "LTAI-test", "secret")
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// drive plays the whole story, and tells what came of each method.
func drive(client *fc.Client, steps []step) map[string]*outcome {
	outcomes := map[string]*outcome{}
	for _, s := range steps {
		o := outcomes[s.method]
		if o == nil {
			o = &outcome{}
			outcomes[s.method] = o
		}
		if wrong := judge(client, s); wrong != "" && o.wrong == "" {
			o.wrong = wrong
		}
		if s.code == "" {
			o.done = s.method
		} else {
			o.code, o.why = s.code, s.why
		}
	}
	return outcomes
}

func TestEveryMethod(t *testing.T) {
	zip, err := os.ReadFile("../hello.zip")
	if err != nil {
		t.Fatal(err)
	}
	for at, way := range ways { // numbers of a layer's versions are never used again
		client := connect(t, way.endpoint)
		outcomes := drive(client, story(zip, way.endpoint, fmt.Sprintf("go-layer-%d", at)))
		methods := reflect.TypeOf(client)
		for i := 0; i < methods.NumMethod(); i++ {
			name := methods.Method(i).Name
			result, why := outcomes[name].result(), ""
			if strings.HasPrefix(result, "expected ") {
				why = outcomes[name].why
			} else if result != "ok" {
				t.Error(way.text, name, result)
			}
			note(t, name+" "+way.text, result, why)
		}
	}
}
