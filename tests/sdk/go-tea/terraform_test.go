package tea

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	roa "github.com/alibabacloud-go/tea-roa/client"
	util "github.com/alibabacloud-go/tea-utils/service"
	"github.com/alibabacloud-go/tea/tea"
)

// The Terraform provider calls 2023-03-30 with the client of the style, not with that of the product: plain maps go out, with the
// HMAC-SHA1 signature, and plain maps come back. These are its steps for each of its resources: create, read, update, destroy, and
// the read that finds it gone, whose code it must know.
var terraform = []struct{ method, path, body, want string }{
	{"POST", "/functions", `{"functionName":"tf","memorySize":512,"cpu":0.5,"handler":"index.handler","runtime":"python3.9","diskSize":512,"timeout":3,"code":{"zipFile":"${zip}"},"customDNS":{"nameServers":["100.100.2.136"],"searches":["a.b"],"dnsOptions":[{"name":"n","value":"v"}]},"logConfig":{"enableRequestMetrics":true,"enableInstanceMetrics":true,"logBeginRule":"None"}}`, `"state":"Active"`},
	{"GET", "/functions/tf", "", `"lastUpdateStatus":"Successful"`},
	{"PUT", "/functions/tf", `{"description":"d","layers":[],"vpcConfig":{"vpcId":"vpc-1","vSwitchIds":["vsw-1"],"securityGroupId":"sg-1"},"nasConfig":{"mountPoints":[{"enableTLS":false,"serverAddr":"a:/b","mountDir":"/mnt"}],"userId":0,"groupId":0},"instanceLifecycleConfig":{"preStop":{"handler":"p.p","timeout":3}}}`, `"vSwitchIds":["vsw-1"]`},
	{"POST", "/tags-v2", `{"ResourceType":"function","ResourceId":["${arn}"],"Tag":[{"Key":"Created","Value":"TF"}]}`, ""},
	{"GET", "/functions/tf", "", `"tags":[{"Key":"Created","Value":"TF"}]`},
	{"DELETE", `/tags-v2?ResourceType=function&ResourceId=["${arn}"]&TagKey=["Created"]`, "", ""},
	{"PUT", "/resource-groups", `{"resourceId":"tf","resourceType":"function","newResourceGroupId":"rg-1"}`, `"newResourceGroupId":"rg-1"`},

	{"POST", "/functions/tf/versions", `{"description":"one"}`, `"versionId":"1"`},
	{"GET", "/functions/tf?qualifier=1", "", `"description":"one"`},
	{"POST", "/functions/tf/aliases", `{"aliasName":"a","versionId":"1","description":"x","additionalVersionWeight":{}}`, `"aliasName":"a"`},
	{"PUT", "/functions/tf/aliases/a", `{"versionId":"1","description":"y","additionalVersionWeight":{}}`, `"description":"y"`},
	{"PUT", "/functions/tf/async-invoke-config?qualifier=LATEST", `{"maxAsyncRetryAttempts":1,"maxAsyncEventAgeInSeconds":1,"asyncTask":false,"destinationConfig":{"onFailure":{"destination":"acs:fc:cn-shanghai:1:functions/x"}}}`, `"onFailure":{"destination":"acs:fc:cn-shanghai:1:functions/x"}`},
	{"GET", "/functions/tf/async-invoke-config?qualifier=LATEST", "", `"maxAsyncRetryAttempts":1`},
	{"DELETE", "/functions/tf/async-invoke-config?qualifier=LATEST", "", ""},
	{"GET", "/functions/tf/async-invoke-config?qualifier=LATEST", "", "AsyncConfigNotExists"},
	{"PUT", "/functions/tf/concurrency", `{"reservedConcurrency":5}`, `"reservedConcurrency":5`},
	{"DELETE", "/functions/tf/concurrency", "", ""},
	{"GET", "/functions/tf/concurrency", "", "OnDemandConfigNotFound"},
	{"PUT", "/functions/tf/provision-config?qualifier=LATEST", `{"target":1,"alwaysAllocateCPU":true,"scheduledActions":[{"endTime":"2037-12-10T17:05:06Z","startTime":"2036-12-10T17:05:06Z","target":1,"name":"s","scheduleExpression":"cron(0 0 8 * * *)","timeZone":"Asia/Shanghai"}]}`, `"target":1`},
	{"GET", "/functions/tf/provision-config?qualifier=LATEST", "", `"defaultTarget":1`},
	{"DELETE", "/functions/tf/provision-config?qualifier=LATEST", "", ""},
	{"POST", "/functions/tf/vpc-bindings", `{"vpcId":"vpc-1"}`, ""},
	{"GET", "/functions/tf/vpc-bindings", "", `"vpcIds":["vpc-1"]`},
	{"DELETE", "/functions/tf/vpc-bindings/vpc-1", "", ""},
	{"POST", "/functions/tf/triggers", `{"triggerName":"t","triggerType":"http","qualifier":"LATEST","triggerConfig":"{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"}`, `"httpTrigger":{"urlInternet":"https://`},
	{"GET", "/functions/tf/triggers/t", "", `"triggerConfig":"{\"authType\":\"anonymous\",\"methods\":[\"GET\"]}"`},
	{"DELETE", "/functions/tf/triggers/t", "", ""},
	{"GET", "/functions/tf/triggers/t", "", "TriggerNotFound"},

	{"POST", "/custom-domains", `{"domainName":"tf.example.com","protocol":"HTTP","routeConfig":{"routes":[{"functionName":"tf","rewriteConfig":{"equalRules":[{"match":"/old","replacement":"/new"}]},"methods":["GET"],"path":"/a","qualifier":"LATEST"}]},"authConfig":{"authType":"anonymous"},"wafConfig":{"enableWAF":false}}`, `"equalRules":[{"match":"/old","replacement":"/new"}]`},
	{"PUT", "/custom-domains/tf.example.com", `{"protocol":"HTTP","routeConfig":{"routes":[]}}`, `"routes":[]`},
	{"DELETE", "/custom-domains/tf.example.com", "", ""},
	{"GET", "/custom-domains/tf.example.com", "", "DomainNameNotFound"},
	{"POST", "/layers/${layer}/versions", `{"description":"d","license":"Apache2.0","compatibleRuntime":["python3.10"],"code":{"zipFile":"${zip}"}}`, `"version":1`},
	{"PUT", "/layers/${layer}/acl?public=true&acl=1", "", ""},
	{"GET", "/layers/${layer}/versions/1", "", `"acl":"1"`},
	{"DELETE", "/layers/${layer}/versions/1", "", ""},
	{"GET", "/layers/${layer}/versions/1", "", "NotFound"},

	{"DELETE", "/functions/tf/aliases/a", "", ""},
	{"GET", "/functions/tf/aliases/a", "", "AliasNotFound"},
	{"DELETE", "/functions/tf/versions/1", "", ""},
	{"GET", "/functions/tf?qualifier=1", "", "VersionNotFound"},
	{"DELETE", "/functions/tf", "", ""},
	{"GET", "/functions/tf", "", "FunctionNotFound"},
}

// ask makes one call; its answer as text, or its error.
func ask(client *roa.Client, method, target, body string) string {
	path, text, _ := strings.Cut("/2023-03-30"+target, "?")
	values, err := url.ParseQuery(text)
	if err != nil {
		return err.Error()
	}
	query := map[string]*string{}
	for name := range values {
		query[name] = tea.String(values.Get(name))
	}
	var given any
	if err := json.Unmarshal([]byte(body), &given); body != "" && err != nil {
		return err.Error()
	}
	runtime := util.RuntimeOptions{}
	answer, err := client.DoRequest(tea.String("2023-03-30"), nil, &method, tea.String("AK"), &path, query, nil, given, runtime.SetAutoretry(true))
	if err != nil {
		return err.Error()
	}
	shown, _ := json.Marshal(answer["body"])
	return string(shown)
}

func TestTerraform(t *testing.T) {
	zip := known(t)["zip"].(string)
	for at, way := range append(ways, struct{ name, protocol, endpoint string }{"by the region's name over HTTPS", "https", "fcv3.cn-shanghai.aliyuncs.com"}) {
		client, err := roa.NewClient(&roa.Config{AccessKeyId: tea.String("LTAI-test"), AccessKeySecret: tea.String("secret"), Protocol: &way.protocol, Endpoint: &way.endpoint})
		if err != nil {
			t.Fatal(err)
		}
		fill := strings.NewReplacer("${zip}", zip, "${arn}", "acs:fc:cn-shanghai:16530750:functions/tf", "${layer}", fmt.Sprintf("tf-%d", at)).Replace
		for _, call := range terraform {
			result := "ok"
			if got := ask(client, call.method, fill(call.path), fill(call.body)); !strings.Contains(got, call.want) || call.want == "" && got != "null" {
				result = strings.ReplaceAll(got, "\n", " ")
				t.Error(way.name, call.method, call.path, result)
			}
			if err := note("tea-roa, as Terraform", fmt.Sprintf("%s %s %s", call.method, call.path, way.name), result, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
}
