// Package providertest has what the tests of a provider need: a scripted client,
// golden files, and the checks that every decoder must pass. It serves vendors in
// other modules as well.
package providertest

import (
	"context"
	"net/http"
	"sync"

	"github.com/otelactivity/otelactivity/providers"
)

// Client is a providers.Client whose answers a test scripts.
type Client struct {
	// Answer returns the answer to a request.
	Answer func(providers.Request) (*providers.Response, error)

	mu       sync.Mutex
	requests []providers.Request
}

// Do records the request and returns the scripted answer.
func (c *Client) Do(_ context.Context, r providers.Request) (*providers.Response, error) {
	c.mu.Lock()
	c.requests = append(c.requests, r)
	c.mu.Unlock()
	return c.Answer(r)
}

// Requests returns the requests so far.
func (c *Client) Requests() []providers.Request {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]providers.Request(nil), c.requests...)
}

// Body returns a client that answers every request with 200, the body and headers.
func Body(body string, header http.Header) *Client {
	return &Client{Answer: func(providers.Request) (*providers.Response, error) {
		return &providers.Response{Status: http.StatusOK, Header: header, Body: body}, nil
	}}
}

// Pages returns a client that answers with the bodies one after the other, and
// with the last one from then on.
func Pages(bodies ...string) *Client {
	n := 0
	return &Client{Answer: func(providers.Request) (*providers.Response, error) {
		body := bodies[min(n, len(bodies)-1)]
		n++
		return &providers.Response{Status: http.StatusOK, Header: http.Header{}, Body: body}, nil
	}}
}

// Refuse returns a client that fails every request with the error that source
// makes of such an answer: its Classify, else the rules by status.
func Refuse(source *providers.Source, status int, header http.Header, body string) *Client {
	if header == nil {
		header = http.Header{}
	}
	return &Client{Answer: func(providers.Request) (*providers.Response, error) {
		resp := &providers.Response{Status: status, Header: header, Body: body}
		if err := Classified(source, resp); err != nil {
			return nil, err
		}
		return resp, nil
	}}
}

// Classified returns the error that the engine's client makes of an answer.
func Classified(source *providers.Source, resp *providers.Response) error {
	var e *providers.Error
	if source.Classify != nil {
		e = source.Classify(resp)
	}
	if e == nil {
		if providers.DefaultClass(resp.Status) == providers.Unclassified {
			return nil
		}
		e = &providers.Error{}
	}
	if e.Class == providers.Unclassified {
		e.Class = providers.DefaultClass(resp.Status)
	}
	e.Status = resp.Status
	return e
}
