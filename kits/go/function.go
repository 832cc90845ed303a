package fcemutest

import (
	"fmt"
	"net/http"
	"net/url"
)

// Function is what Deploy makes of code.
type Function struct {
	Runtime string // custom.debian12
	Handler string // index.handler
	Service string // a function of 2021-04-06 in this service; "": one of 2023-03-30
	More    M      // further members of the request: timeout, memorySize, customRuntimeConfig
}

// Deploy creates a function, or gives one new code: Files, a fs.FS, the path of a folder or a zip file, or the bytes of one.
func (c *Cloud) Deploy(name string, code any, function Function) {
	c.t.Helper()
	zipped, err := pack(code)
	if err != nil {
		c.t.Fatalf("fcemutest: code of %s: %v", name, err)
	}
	body := M{"functionName": name, "runtime": "custom.debian12", "handler": "index.handler", "code": M{"zipFile": zipped}}
	if function.Runtime != "" {
		body["runtime"] = function.Runtime
	}
	if function.Handler != "" {
		body["handler"] = function.Handler
	}
	for key, value := range function.More {
		body[key] = value
	}
	base := fmt.Sprintf("/@%s/%s/2023-03-30", c.Region, c.Account)
	if function.Service != "" {
		base = fmt.Sprintf("/@%s/%s/2021-04-06", c.Region, c.Account)
		c.Ask("POST", base+"/services", M{"serviceName": function.Service}, nil, http.StatusConflict)
		base += "/services/" + url.PathEscape(function.Service)
	}
	var made struct{ FunctionName string }
	c.Ask("POST", base+"/functions", body, &made, http.StatusConflict)
	if made.FunctionName == "" {
		c.Ask("PUT", base+"/functions/"+url.PathEscape(name), body, nil)
	}
}
