// Package fc2 makes the official client of 2016-08-15 for a test.
package fc2

import (
	"github.com/aliyun/fc-go-sdk"

	"fcemu/fcemutest"
)

// Client calls the account by an endpoint that names it.
func Client(cloud *fcemutest.Cloud, options ...fc.ClientOption) *fc.Client {
	client, err := fc.NewClient(cloud.Endpoint(), "2016-08-15", fcemutest.KeyID, fcemutest.KeySecret, options...)
	if err != nil {
		panic(err) // of a configuration that is ours
	}
	return client
}
