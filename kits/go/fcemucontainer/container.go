// Package fcemucontainer runs the daemon of fcemutest in a container: a second way to start, where there is no binary for this machine. It
// is a module of its own, so that who starts the binary needs none of what testcontainers does.
//
//	func TestRetries(t *testing.T) {
//		cloud := fcemucontainer.Start(t)
//		…
//	}
package fcemucontainer

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fcemu/fcemutest"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/exec"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Image is of the same version as this package. FCEMU_IMAGE names another.
const Image = "fcemu:0.1.0-full"

const (
	port        = "8252/tcp"
	configs     = "/etc/fcemu/config/"
	readyWithin = "60s"
	tokenBytes  = 16
)

// Container is a running daemon that accepts calls, its seeds included.
type Container struct {
	testcontainers.Container
	url, token string
}

// WithConfig is a configuration of your own: it decides who may call (auth.mode, allow_users).
func WithConfig(path string) testcontainers.CustomizeRequestOption {
	return func(request *testcontainers.GenericContainerRequest) error {
		share(request, path, configs+"own.yaml")
		for i, word := range request.Cmd {
			if word == "--config" {
				request.Cmd[i+1] = configs + "own.yaml"
			}
		}
		return nil
	}
}

// WithFaults are rule files.
func WithFaults(paths ...string) testcontainers.CustomizeRequestOption { return files("--faults", paths) }

// WithFixtures are files with canned answers.
func WithFixtures(paths ...string) testcontainers.CustomizeRequestOption { return files("--fixtures", paths) }

// WithSeeds are files with services and functions.
func WithSeeds(paths ...string) testcontainers.CustomizeRequestOption { return files("--seeds", paths) }

func files(option string, paths []string) testcontainers.CustomizeRequestOption {
	return func(request *testcontainers.GenericContainerRequest) error {
		for _, path := range paths {
			place := fmt.Sprintf("%sown/%d-%s", configs, len(request.Files), filepath.Base(path))
			share(request, path, place)
			request.Cmd = append(request.Cmd, option, place)
		}
		return nil
	}
}

func share(request *testcontainers.GenericContainerRequest, path, place string) {
	const readable = 0o644
	request.Files = append(request.Files, testcontainers.ContainerFile{HostFilePath: path, ContainerFilePath: place, FileMode: readable})
}

// Run starts a container of the image, "" for Image or what FCEMU_IMAGE names. It is for TestMain and for those who put containers together
// themselves; Terminate ends it.
func Run(ctx context.Context, image string, options ...testcontainers.ContainerCustomizer) (*Container, error) {
	if image == "" {
		image = os.Getenv("FCEMU_IMAGE")
	}
	if image == "" {
		image = Image
	}
	token := make([]byte, tokenBytes)
	if _, err := rand.Read(token); err != nil {
		return nil, err
	}
	c := &Container{token: hex.EncodeToString(token)}
	usual := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithEnv(map[string]string{"FCEMU_TOKEN": c.token}),
		testcontainers.WithCmd("serve", "--config", configs+"tests.yaml", "--data", "/var/lib/fcemu", "--ca-dir", "/var/lib/fcemu-ca", "--listen", ":8252"),
		testcontainers.WithWaitStrategy(wait.ForListeningPort(port).SkipInternalCheck()),
	}
	container, err := testcontainers.Run(ctx, image, append(usual, options...)...)
	if container != nil {
		c.Container = container
	}
	if err == nil {
		err = c.ready(ctx)
	}
	if err != nil {
		return nil, c.giveUp(ctx, err)
	}
	return c, nil
}

func (c *Container) ready(ctx context.Context) error {
	code, output, err := c.Exec(ctx, []string{"fcemu", "wait", "--within", readyWithin}, exec.Multiplexed())
	if err != nil {
		return err
	}
	if code != 0 {
		said, _ := io.ReadAll(output)
		return fmt.Errorf("%s", said)
	}
	c.url, err = c.PortEndpoint(ctx, port, "http")
	return err
}

// giveUp ends what has begun; what the daemon has said tells more than that it is gone.
func (c *Container) giveUp(ctx context.Context, problem error) error {
	if c.Container == nil {
		return problem
	}
	if said := strings.TrimSpace(c.Log(ctx)); said != "" {
		problem = fmt.Errorf("%s: %w", said, problem)
	}
	if err := testcontainers.TerminateContainer(c.Container); err != nil {
		return fmt.Errorf("%w; and it does not end: %w", problem, err)
	}
	return problem
}

// Log is what the daemon has said.
func (c *Container) Log(ctx context.Context) string {
	reader, err := c.Logs(ctx)
	if err != nil {
		return err.Error()
	}
	defer reader.Close()
	text, _ := io.ReadAll(reader)
	return string(text)
}

// authority fetches the certificate of its authority into a folder.
func (c *Container) authority(ctx context.Context, folder string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/_fcemu/ca.pem", nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("X-Fcemu-Token", c.token)
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("certificate of the authority: %s %w", answer.Status, err)
	}
	path := filepath.Join(folder, "ca.pem")
	return path, os.WriteFile(path, text, 0o600)
}

// Server is the daemon as fcemutest takes it; stop ends it behind the test, nil leaves that to you.
func (c *Container) server(t testing.TB, stop func()) fcemutest.Server {
	t.Helper()
	ca, err := c.authority(context.Background(), t.TempDir())
	if err != nil {
		t.Fatalf("fcemucontainer: %v", err)
	}
	env := map[string]string{"FCEMU_ADDRESS": strings.TrimPrefix(c.url, "http://")}
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		env[name] = c.url
	}
	for _, name := range []string{"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"} {
		env[name] = ca
	}
	log := func() string { return c.Log(context.Background()) }
	return fcemutest.Server{URL: c.url, CA: ca, Token: c.token, Env: env, Log: log, Stop: stop}
}

// Account gives the test one of a container that runs already, which other tests use, too.
func (c *Container) Account(t testing.TB, options ...fcemutest.Option) *fcemutest.Cloud {
	t.Helper()
	return fcemutest.Start(t, append(options, fcemutest.Using(c.server(t, nil)))...)
}

// Start gives the test a container of its own, so that what is global may be changed, and an account in it. It ends with the test.
func Start(t testing.TB, options ...testcontainers.ContainerCustomizer) *fcemutest.Cloud {
	t.Helper()
	c, err := Run(context.Background(), "", options...)
	if err != nil {
		t.Fatalf("fcemucontainer: %v", err)
	}
	stop := func() {
		if err := testcontainers.TerminateContainer(c.Container); err != nil {
			t.Errorf("fcemucontainer: %v", err)
		}
	}
	return fcemutest.Start(t, fcemutest.Using(c.server(t, stop)))
}
