// Package simtest is the client with which simulators are tested: plain HTTP in
// process, without any of the receiver's code.
package simtest

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// Base is where every simulator of a test is reached.
const Base = "http://vendor.sim.test"

// Client talks to one simulated vendor.
type Client struct {
	*testing.T
	World *vendorsim.World
	// Header is sent with every request.
	Header http.Header

	http *http.Client
}

// New returns a client of a fresh world with wide limits.
func New(t *testing.T, v vendorsim.Vendor) *Client {
	w := vendorsim.NewWorld(v, vendorsim.Options{Seed: 5})
	w.ScaleLimits(1000)
	return &Client{
		T: t, World: w, Header: http.Header{"Accept": {"application/json"}},
		http: &http.Client{
			Transport:     vendorsim.RoundTripper(w.Handler()),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Auth sets the Authorization header; empty removes it.
func (c *Client) Auth(value string) *Client {
	c.Header.Del("Authorization")
	if value != "" {
		c.Header.Set("Authorization", value)
	}
	return c
}

// Basic returns an Authorization header of the kind Basic.
func Basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// Answer is what the vendor sent.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// At returns a place in the body.
func (a Answer) At(path string) gjson.Result { return gjson.Get(a.Body, path) }

// Texts returns the values of a list in the body, never nil.
func (a Answer) Texts(path string) []string {
	out := []string{}
	for _, v := range a.At(path).Array() {
		out = append(out, v.String())
	}
	return out
}

// Get asks for a path with parameters in pairs; a repeated name repeats.
func (c *Client) Get(path string, pairs ...string) Answer {
	c.Helper()
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		q.Add(pairs[i], pairs[i+1])
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return c.Do(http.MethodGet, path, "", "")
}

// Post sends a body.
func (c *Client) Post(path, contentType, body string) Answer {
	c.Helper()
	return c.Do(http.MethodPost, path, contentType, body)
}

// Form is the media type of forms.
const Form = "application/x-www-form-urlencoded"

// Do sends one request.
func (c *Client) Do(method, path, contentType, body string) Answer {
	c.Helper()
	req, err := http.NewRequestWithContext(c.Context(), method, Base+path, strings.NewReader(body))
	require.NoError(c, err)
	req.Header = c.Header.Clone()
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	res, err := c.http.Do(req)
	require.NoError(c, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(c, err)
	return Answer{res.StatusCode, res.Header, string(text)}
}

// Knob turns one of the vendor's switches.
func (c *Client) Knob(name, value string) {
	c.Helper()
	require.NoError(c, c.World.SetKnob(name, value))
}

// Reversed returns the ids of entries, last first.
func Reversed(entries []*vendorsim.Entry) []string {
	ids := vendorsim.IDs(entries)
	slices.Reverse(ids)
	return ids
}
