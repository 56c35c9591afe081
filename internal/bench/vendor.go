package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// vendor is the process that plays the vendor.
type vendor struct {
	url string
	cmd *exec.Cmd
	in  io.Closer
}

func startVendor(ctx context.Context) (*vendor, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-serve")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("the vendor did not start: %w", err)
	}
	return &vendor{url: strings.TrimSpace(line), cmd: cmd, in: in}, nil
}

// stop ends the process: it lives as long as its standard input.
func (v *vendor) stop() {
	_ = v.in.Close()
	_ = v.cmd.Wait()
}

// requests returns how many requests were served since the last call.
func (v *vendor) requests() (int, error) {
	resp, err := http.Get(v.url + "/requests")
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(body))
}

func serveVendor() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var served atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/requests", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, served.Swap(0)) })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		switch {
		case strings.HasSuffix(r.URL.Path, "/logs"):
			serveLog(w, r)
		case r.URL.Path == "/window":
			serveWindow(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Close()
	}()
	fmt.Println("http://" + listener.Addr().String())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		return err
	}
	return nil
}

const pageSize = 1000

// serveLog is a log of a size that the path names (/500000/...), in pages of 1,000,
// with a next link like Okta's.
func serveLog(w http.ResponseWriter, r *http.Request) {
	size := 0
	if first, _, ok := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); ok {
		size, _ = strconv.Atoi(first)
	}
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	until := min(after+pageSize, size)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Add("Link", fmt.Sprintf(`<http://%s%s?after=%d&limit=%d>; rel="next"`, r.Host, r.URL.Path, until, pageSize))
	if until <= after {
		fmt.Fprint(w, "[]")
		return
	}
	body := make([]byte, 0, (until-after)*2000)
	for i := after; i < until; i++ {
		separator := byte(',')
		if i == after {
			separator = '['
		}
		body = appendEvent(append(body, separator), i, history(i, size))
	}
	_, _ = w.Write(append(body, ']'))
}

// history places the events of a log at equal distances before now: a longer backlog
// is older, not denser, so that as many ids are remembered in both. The shorter one is
// long enough for the oldest of them to be forgotten.
func history(n, size int) time.Time {
	const every = 48 * time.Hour / 500_000
	return time.Now().Add(-time.Duration(size-n) * every)
}

// appendEvent is an event of 1.9 KB as Okta sends it, told apart by its number.
func appendEvent(b []byte, n int, at time.Time) []byte {
	before, after, _ := strings.Cut(template, "%TIME%")
	middle, end, _ := strings.Cut(after, "%UUID%")
	b = append(b, before...)
	b = at.UTC().AppendFormat(b, "2006-01-02T15:04:05.000Z")
	b = append(b, middle...)
	b = fmt.Appendf(b, "%08x-11c9-11ef-9f0a-1f5d113f2546", n)
	return append(b, end...)
}

const template = `{"actor":{"id":"00u1a2b3c4D5E6F7G8H9","type":"User","alternateId":"ana.ruiz@example.com","displayName":"Ana Ruiz","detailEntry":null},"client":{"userAgent":{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/127.0.0.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"},"zone":"null","device":"Computer","id":null,"ipAddress":"203.0.113.24","geographicalContext":{"city":"Porto","state":"Porto","country":"Portugal","postalCode":"4000","geolocation":{"lat":41.1,"lon":-8.6}}},"device":null,"authenticationContext":{"authenticationProvider":"FACTOR_PROVIDER","credentialProvider":"OKTA_CREDENTIAL_PROVIDER","credentialType":"OTP","issuer":null,"interface":null,"authenticationStep":0,"externalSessionId":"idx8ZqExampleSessionIdentifier"},"displayMessage":"User login to Okta","eventType":"user.session.start","outcome":{"result":"SUCCESS","reason":null},"published":"%TIME%","securityContext":{"asNumber":64500,"asOrg":"example","isp":"example","domain":"example.com","isProxy":false},"severity":"INFO","debugContext":{"debugData":{"requestUri":"/idp/idx/identify","deviceFingerprint":"ab12cd34ef56ab12cd34ef56ab12cd34","behaviors":"{New Geo-Location=NEGATIVE, New Device=NEGATIVE, New IP=NEGATIVE, New State=NEGATIVE, New Country=NEGATIVE, Velocity=NEGATIVE, New City=NEGATIVE}","threatSuspected":"false","url":"/idp/idx/identify?","requestId":"exampleRequestIdentifier0001"}},"legacyEventType":"core.user_auth.login_success","transaction":{"type":"WEB","id":"ZkMcExampleTransaction","detail":{}},"uuid":"%UUID%","version":"0","request":{"ipChain":[{"ip":"203.0.113.24","geographicalContext":{"city":"Porto","state":"Porto","country":"Portugal","postalCode":"4000","geolocation":{"lat":41.1,"lon":-8.6}},"version":"V4","source":null}]},"target":[{"id":"0oa1exampleApplication","type":"AppInstance","alternateId":"Okta Dashboard","displayName":"Okta Dashboard","detailEntry":null}]}`
