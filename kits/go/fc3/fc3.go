// Package fc3 makes the official client of 2023-03-30 for a test.
package fc3

import (
	fc "github.com/alibabacloud-go/fc-20230330/v4/client"

	"fcemu/fcemutest"
	"fcemu/fcemutest/internal/official"
)

// Client calls the account by its real name.
func Client(cloud *fcemutest.Cloud) *fc.Client {
	client, err := fc.NewClient(official.Config(cloud))
	if err != nil {
		panic(err) // of a configuration that is ours
	}
	return client
}
