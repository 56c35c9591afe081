package vendorhttp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/otelactivity/otelactivity/providers"
)

// Do sends one request and returns the vendor's answer, or an *providers.Error. It
// waits for its turn, but not for a block that lasts: that is a Throttled error with
// the time to wait, so that nobody waits with a place that others could use.
// An answer that says Unauthorized is asked for once more with a new token, where
// tokens can be had.
func (c *Client) Do(ctx context.Context, r providers.Request) (*providers.Response, error) {
	resp, used, failure := c.attempt(ctx, &r)
	if failure != nil && failure.Class == providers.Unauthorized && c.auth.refuse(used) {
		resp, _, failure = c.attempt(ctx, &r)
	}
	if failure != nil {
		return nil, failure
	}
	return resp, nil
}

// attempt sends the request once. used is the credential it went with.
func (c *Client) attempt(ctx context.Context, r *providers.Request) (resp *providers.Response, used string, failure *providers.Error) {
	if failure := c.turn(ctx, r.Class); failure != nil {
		return nil, "", failure
	}
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, "", c.secrets.clean(providers.Malformed("cannot build the request: %v", err))
	}
	if used, failure = c.auth.authorize(ctx, req.Header); failure != nil {
		return nil, "", failure
	}
	if err := c.slots.Acquire(ctx); err != nil {
		return nil, "", interrupted(err)
	}
	x := &exchange{client: c, budget: c.budget(r.Class), asked: r, caller: ctx, start: time.Now()}
	resp, failure = x.run(req)
	return resp, used, failure
}

// request builds the request without its authorization.
func (c *Client) request(ctx context.Context, r *providers.Request) (*http.Request, error) {
	target, strayed, err := c.origins.target(r)
	if err != nil {
		return nil, err
	}
	if strayed {
		c.strayed.Do(func() {
			c.log.Warn("The vendor's links name another host; only their path and query are used",
				zap.String("instance", c.instance), zap.String("host", hostOf(r.Link)))
		})
	}
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if r.Body != "" {
		body = strings.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://invalid", body)
	if err != nil {
		return nil, errors.New("the method is not valid")
	}
	req.URL, req.Host = target, target.Host
	req.Header = c.header.Clone()
	if r.ContentType != "" {
		req.Header.Set("Content-Type", r.ContentType)
	}
	for name, values := range r.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	return req, nil
}

// exchange is one request that holds a slot until its answer is read.
type exchange struct {
	client *Client
	budget *budget
	asked  *providers.Request
	caller context.Context
	start  time.Time
	late   atomic.Bool // the time-out ended it
}

// run sends the request and reads the answer.
func (x *exchange) run(req *http.Request) (*providers.Response, *providers.Error) {
	c := x.client
	ctx, cancel := context.WithCancel(x.caller)
	timer := time.AfterFunc(c.timeout, func() { x.late.Store(true); cancel() })
	done := func() {
		timer.Stop()
		cancel()
		c.slots.Release()
	}
	answer, err := c.http.Do(req.WithContext(ctx))
	if err != nil {
		done()
		return nil, x.unanswered(req, err)
	}
	resp := &providers.Response{Status: answer.StatusCode, Header: answer.Header}
	if x.asked.Stream && answer.StatusCode < 300 {
		timer.Stop()
		answer.Body = &impatient{answer.Body, timer, c.timeout}
		return x.stream(req, answer, resp, done)
	}
	failed := answer.StatusCode >= 300
	limit := c.maxBody
	if failed {
		limit = min(limit, maxErrorBody)
	}
	resp.Body, err = read(answer, limit)
	answer.Body.Close()
	done()
	x.tell(req, answer.StatusCode, len(resp.Body))
	if err != nil && !failed {
		if x.late.Load() || x.caller.Err() != nil {
			return nil, x.gaveUp()
		}
		return nil, c.secrets.clean(c.readFailure(err, len(resp.Body)))
	}
	if !failed && tooDeep(resp.Body, maxDepth) {
		return nil, providers.Malformed("the answer nests deeper than %d levels", maxDepth)
	}
	failure := x.judge(resp)
	x.learn(answer.Header)
	if failure != nil {
		return nil, failure
	}
	return resp, nil
}

// stream hands the open body over, unless the answer is refused by its head.
func (x *exchange) stream(req *http.Request, answer *http.Response, resp *providers.Response, done func()) (*providers.Response, *providers.Error) {
	x.tell(req, answer.StatusCode, 0)
	s := &stream{client: x.client, ctx: x.caller, late: &x.late, limit: x.asked.MaxBytes, done: done}
	if s.limit <= 0 {
		s.limit = DefaultMaxStreamBytes
	}
	var err error
	if s.body, err = open(answer); err != nil {
		answer.Body.Close()
		done()
		return nil, s.failure(err)
	}
	resp.Stream = s
	failure := x.judge(resp)
	x.learn(answer.Header)
	if failure != nil {
		_ = s.Close()
		return nil, failure
	}
	return resp, nil
}

// unanswered is the error of a request without an answer.
func (x *exchange) unanswered(req *http.Request, err error) *providers.Error {
	x.tell(req, 0, 0)
	if x.late.Load() || x.caller.Err() != nil {
		return x.gaveUp()
	}
	return x.client.secrets.clean(&providers.Error{
		Class: providers.Transient, Message: "no answer from " + req.URL.Host, Hint: transportHint(err), Err: unwrapURL(err),
	})
}

// gaveUp is the error of a request that its caller or the time-out ended.
func (x *exchange) gaveUp() *providers.Error {
	if x.caller.Err() != nil || !x.late.Load() {
		return interrupted(x.caller.Err())
	}
	return &providers.Error{
		Class:   providers.Transient,
		Code:    "timeout",
		Message: fmt.Sprintf("no complete answer within %v", x.client.timeout),
		Err:     context.DeadlineExceeded,
	}
}

// tell reports the request to observer and log.
func (x *exchange) tell(req *http.Request, status, size int) {
	c, took := x.client, time.Since(x.start)
	c.observer.Request(c.instance, x.asked.Class, status, took)
	c.waits(x.asked.Class, 0, 0)
	if line := c.log.Check(zap.DebugLevel, "Request"); line != nil {
		line.Write(zap.String("instance", c.instance), zap.String("class", x.asked.Class), zap.String("method", req.Method),
			zap.String("host", req.URL.Host), zap.String("path", c.secrets.text(req.URL.EscapedPath())),
			zap.Int("status", status), zap.Int("bytes", size), zap.Duration("took", took))
	}
}

// learn takes what the answer says about the vendor's limit into the budget.
func (x *exchange) learn(h http.Header) {
	r := x.budget.learn(h, time.Now(), x.client.reserve)
	if r.remaining >= 0 && r.limit != 0 {
		x.client.observer.Budget(x.client.instance, x.asked.Class, r.remaining)
	}
}
