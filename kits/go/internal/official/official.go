// Package official is what the official clients of both newer versions are told.
package official

import (
	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	"github.com/alibabacloud-go/tea/tea"

	"fcemu/fcemutest"
)

// Config calls the account by its real name, with the daemon as proxy: an endpoint with a path is not for these clients.
func Config(cloud *fcemutest.Cloud) *openapi.Config {
	return &openapi.Config{
		AccessKeyId:     tea.String(fcemutest.KeyID),
		AccessKeySecret: tea.String(fcemutest.KeySecret),
		RegionId:        tea.String(cloud.Region),
		Endpoint:        tea.String(cloud.Host()),
		Protocol:        tea.String("http"),
		HttpProxy:       tea.String(cloud.URL),
	}
}
