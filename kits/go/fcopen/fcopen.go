// Package fcopen makes the official client of 2021-04-06 for a test.
package fcopen

import (
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	fc "github.com/alibabacloud-go/fc-open-20210406/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"fcemu/fcemutest"
)

// Client calls the account by its real name, with the daemon as proxy: an endpoint with a path is not for this client.
func Client(cloud *fcemutest.Cloud) *fc.Client {
	client, err := fc.NewClient(&openapi.Config{
		AccessKeyId:     tea.String(fcemutest.KeyID),
		AccessKeySecret: tea.String(fcemutest.KeySecret),
		RegionId:        tea.String(cloud.Region),
		Endpoint:        tea.String(cloud.Host()),
		Protocol:        tea.String("http"),
		HttpProxy:       tea.String(cloud.URL),
	})
	if err != nil {
		panic(err) // of a configuration that is ours
	}
	return client
}
