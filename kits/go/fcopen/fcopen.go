// Package fcopen makes the official client of 2021-04-06 for a test.
package fcopen

import (
	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"

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
