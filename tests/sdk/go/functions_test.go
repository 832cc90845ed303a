// A function made from a package, run: its result, its log and what it cost; and asynchronously, under an id of the caller's.

package sdk

import (
	"encoding/base64"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aliyun/fc-go-sdk"
)

var cost = regexp.MustCompile(`\n\nDuration: \d+\.\d\d ms, Billed Duration: \d+ ms, Memory Size: 128 MB, Max Memory Used: \d+\.\d\d MB$`)

// ran says what is wrong with a call that asked for its log, or "".
func ran(output *fc.InvokeFunctionOutput) string {
	id := output.Header.Get("X-Fc-Request-Id")
	encoded := output.Header.Get("X-Fc-Log-Result")
	log, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case string(output.Payload) != "hello from f":
		return "it answers " + string(output.Payload)
	case err != nil || encoded == "":
		return "no log"
	case !strings.Contains(string(log), "FC Invoke Start RequestId: "+id+"\n") || !strings.Contains(string(log), "called with event"):
		return "its log is " + string(log)
	case !cost.Match(log):
		return "its log does not say what it cost: " + string(log)
	case !regexp.MustCompile(`^\d+$`).MatchString(output.Header.Get("X-Fc-Invocation-Duration")):
		return "its duration is " + output.Header.Get("X-Fc-Invocation-Duration")
	case !regexp.MustCompile(`^\d+\.\d\d$`).MatchString(output.Header.Get("X-Fc-Max-Memory-Usage")):
		return "its memory is " + output.Header.Get("X-Fc-Max-Memory-Usage")
	case output.Header.Get("X-Fc-Error-Type") != "":
		return "it failed: " + output.Header.Get("X-Fc-Error-Type")
	}
	return ""
}

// succeeds waits for the invocation to be over.
func succeeds(client *fc.Client, service, id string) string {
	for until := time.Now().Add(time.Minute); time.Now().Before(until); {
		got, err := client.GetStatefulAsyncInvocation(fc.NewGetStatefulAsyncInvocationInput(service, "f", id))
		if err != nil {
			return err.Error()
		}
		switch *got.Status {
		case "Succeeded":
			if *got.InvocationID != id {
				return "its id is " + *got.InvocationID
			}
			return ""
		case "Enqueued", "Dequeued", "Running":
		default:
			return "its state is " + *got.Status
		}
	}
	return "it is not over"
}

func live(client *fc.Client, service string, zip []byte) string {
	yes := true
	steps := []func() error{
		func() error {
			_, err := client.CreateService(fc.NewCreateServiceInput().WithServiceName(service))
			return err
		},
		func() error {
			_, err := client.CreateFunction(fc.NewCreateFunctionInput(service).WithFunctionName("f").WithRuntime("python3").WithHandler("index.handler").WithMemorySize(128).WithCode(fc.NewCode().WithZipFile(zip)))
			return err
		},
		func() error {
			output, err := client.InvokeFunction(fc.NewInvokeFunctionInput(service, "f").WithPayload([]byte("event")).WithLogType("Tail"))
			if err == nil && ran(output) != "" {
				err = fmt.Errorf("%s", ran(output))
			}
			return err
		},
		func() error {
			_, err := client.PutFunctionAsyncInvokeConfig(fc.NewPutFunctionAsyncInvokeConfigInput(service, "f").WithAsyncConfig(fc.AsyncConfig{StatefulInvocation: &yes}))
			return err
		},
		func() error {
			output, err := client.InvokeFunction(fc.NewInvokeFunctionInput(service, "f").WithPayload([]byte("event")).WithAsyncInvocation().WithStatefulAsyncInvocationID("mine"))
			if err == nil && output.Header.Get("X-Fc-Stateful-Async-Invocation-Id") != "mine" {
				err = fmt.Errorf("accepted as %q", output.Header.Get("X-Fc-Stateful-Async-Invocation-Id"))
			}
			return err
		},
		func() error {
			if wrong := succeeds(client, service, "mine"); wrong != "" {
				return fmt.Errorf("%s", wrong)
			}
			return nil
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return strings.Split(err.Error(), "\n")[0]
		}
	}
	return "ok"
}

func TestFunctionsRun(t *testing.T) {
	zip, err := os.ReadFile("../hello.zip")
	if err != nil {
		t.Fatal(err)
	}
	for at, way := range ways {
		result := live(connect(t, way.endpoint), fmt.Sprintf("runs-go-%d", at), zip)
		if result != "ok" {
			t.Error(way.text, result)
		}
		note(t, "a function: created, invoked with its log, asynchronously "+way.text, result, "")
	}
}

// shell is what a command in an instance says, and what is wrong with it.
func shell(client *fc.Client, service string, zip []byte) (string, error) {
	if _, err := client.CreateService(fc.NewCreateServiceInput().WithServiceName(service)); err != nil {
		return "", err
	}
	function := fc.NewCreateFunctionInput(service).WithFunctionName("f").WithRuntime("python3").WithHandler("index.handler").WithMemorySize(128)
	if _, err := client.CreateFunction(function.WithCode(fc.NewCode().WithZipFile(zip))); err != nil {
		return "", err
	}
	if _, err := client.InvokeFunction(fc.NewInvokeFunctionInput(service, "f")); err != nil {
		return "", err
	}
	listed, err := client.ListInstances(fc.NewListInstancesInput(service, "f"))
	if err != nil {
		return "", err
	}
	said := make(chan string, 2)
	command := []string{"/bin/sh", "-c", "read line; echo \"got $line in $FC_FUNCTION_NAME\"; read line; echo wrong >&2; read line"}
	input := fc.NewInstanceExecInput(service, "f", listed.Instances[0].InstanceID, command).WithStdin(true).WithStdout(true).WithStderr(true)
	input = input.OnStdout(func(data []byte) { said <- "out: " + string(data) }).OnStderr(func(data []byte) { said <- "err: " + string(data) })
	exec, err := client.InstanceExec(input)
	if err != nil {
		return "", err
	}
	text := ""
	for _, words := range []string{"words\n", "more\n"} {
		if err := exec.WriteStdin([]byte(words)); err != nil {
			return text, err
		}
		select {
		case part := <-said:
			text += part
		case <-time.After(time.Minute):
			return text, fmt.Errorf("it says no more")
		}
	}
	return text, exec.WebsocketConnection.Close()
}

func TestAShellInAnInstance(t *testing.T) {
	zip, err := os.ReadFile("../hello.zip")
	if err != nil {
		t.Fatal(err)
	}
	result := "ok"
	text, err := shell(connect(t, ways[0].endpoint), "shell-go-live", zip)
	if err != nil {
		result = strings.Split(err.Error(), "\n")[0]
	} else if text != "out: got words in f\nerr: wrong\n" {
		result = "it says " + text
	}
	if result != "ok" {
		t.Error(result)
	}
	note(t, "a shell in an instance", result, "")
}
