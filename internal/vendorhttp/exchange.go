package vendorhttp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

const (
	maxTokenAnswer = 1 << 20
	// maxSkew is the difference of clocks that an assertion bears.
	maxSkew = 30 * time.Second
)

// exchange asks the token endpoint for a token. refresh replaces the configured
// refresh token; next is the one that the answer brings. A refused assertion is
// tried once more by the vendor's clock when ours is off.
func (t *tokens) exchange(ctx context.Context, refresh string) (g grant, next string, failure *providers.Error) {
	for range 2 {
		var again bool
		g, next, again, failure = t.ask(ctx, refresh)
		if !again {
			break
		}
	}
	if failure != nil {
		failure = t.secrets.clean(failure)
	}
	return g, next, failure
}

func (t *tokens) ask(ctx context.Context, refresh string) (g grant, next string, again bool, failure *providers.Error) {
	ctx, cancel := context.WithTimeout(ctx, t.timeout)
	defer cancel()
	req, err := t.request(ctx, refresh)
	if err != nil {
		return grant{}, "", false, &providers.Error{
			Class: providers.Denied, Message: "the token request cannot be made", Hint: t.decl.Hint, Err: err,
		}
	}
	start := time.Now()
	answer, err := t.http.Do(req)
	if err != nil {
		t.observer.Request(t.instance, TokenClass, 0, time.Since(start))
		return grant{}, "", false, &providers.Error{
			Class: providers.Transient, Message: "no answer from the token endpoint " + req.URL.Host,
			Hint: transportHint(err), Err: unwrapURL(err),
		}
	}
	body, err := read(answer, maxTokenAnswer)
	answer.Body.Close()
	t.observer.Request(t.instance, TokenClass, answer.StatusCode, time.Since(start))
	switch {
	case err != nil:
		failure = providers.Malformed("the answer of the token endpoint %s could not be read", req.URL.Host)
		failure.Err = unwrapURL(err)
		return grant{}, "", false, failure
	case answer.StatusCode >= 300:
		again = t.adjust(answer)
		return grant{}, "", again, t.refused(answer, body)
	}
	g, failure = t.granted(answer, body)
	return g, t.noted(gjson.Get(body, refreshParam).String()), false, failure
}

// noted makes a token of an answer one that no text shows.
func (t *tokens) noted(token string) string {
	if token != "" {
		t.secrets.issue(token)
	}
	return token
}

// request builds the token request.
func (t *tokens) request(ctx context.Context, refresh string) (*http.Request, error) {
	params, bearer, err := t.params(refresh)
	if err != nil {
		return nil, err
	}
	method, target := cmp.Or(t.decl.Method, http.MethodPost), t.url
	var body io.Reader
	contentType := ""
	switch {
	case len(params) == 0:
	case method == http.MethodGet:
		sep := "?"
		if strings.Contains(target, "?") {
			sep = "&"
		}
		target += sep + params.Encode()
	case t.decl.JSON:
		body, contentType = bytes.NewReader(object(params)), "application/json"
	default:
		body, contentType = strings.NewReader(params.Encode()), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, unwrapURL(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("User-Agent", userAgent())
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	if t.decl.Basic != nil {
		req.Header.Set("Authorization", basic(t.decl.Basic))
	}
	for name, value := range t.decl.Header {
		req.Header.Set(name, value)
	}
	return req, nil
}

// params returns the parameters, and the assertion when it goes into the header.
func (t *tokens) params(refresh string) (params providers.Params, bearer string, err error) {
	params = slices.Clone(t.decl.Form)
	for _, s := range t.decl.Secrets {
		value := string(s.Value)
		if s.Key == refreshParam && refresh != "" {
			value = t.noted(refresh)
		}
		params.Add(s.Key, value)
	}
	for _, f := range t.decl.Files {
		text, err := os.ReadFile(f.Path)
		if err != nil {
			return nil, "", err
		}
		params.Add(f.Key, t.noted(strings.TrimSpace(string(text))))
	}
	if t.signer == nil {
		return params, "", nil
	}
	t.mu.Lock()
	now := time.Now().Add(t.skew)
	t.mu.Unlock()
	assertion, err := t.signer.sign(now)
	if err != nil {
		return nil, "", err
	}
	t.noted(assertion)
	if t.decl.AssertionParam == "" {
		return params, assertion, nil
	}
	params.Add(t.decl.AssertionParam, assertion)
	return params, "", nil
}

// object returns the parameters as one JSON object, in their order.
func object(params providers.Params) []byte {
	var b bytes.Buffer
	for i, p := range params {
		b.WriteByte("{,"[min(i, 1)])
		key, _ := json.Marshal(p.Key) // strings always marshal
		value, _ := json.Marshal(p.Value)
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// adjust sets our clock for assertions to the vendor's, when a refusal may come
// from that, and tells to try again.
func (t *tokens) adjust(answer *http.Response) bool {
	if t.signer == nil || answer.StatusCode != http.StatusBadRequest && answer.StatusCode != http.StatusUnauthorized {
		return false
	}
	now := time.Now()
	skew := serverNow(answer.Header, now).Sub(now)
	t.mu.Lock()
	defer t.mu.Unlock()
	if (skew - t.skew).Abs() <= maxSkew {
		return false
	}
	t.skew = skew
	return true
}

// refused is the error of a token endpoint that gave no token.
func (t *tokens) refused(answer *http.Response, body string) *providers.Error {
	e := &providers.Error{Class: providers.DefaultClass(answer.StatusCode), Status: answer.StatusCode, Hint: t.decl.Hint}
	wait, told := retryAfter(answer.Header, time.Now())
	if answer.StatusCode == http.StatusServiceUnavailable && told {
		e.Class = providers.Throttled
	}
	switch {
	case e.Class == providers.Throttled:
		if !told {
			wait = refusedPause
		}
		e.RetryAfter = clampWait(wait)
	case e.Class == providers.Unauthorized: // there is no other token to try
		e.Class = providers.Denied
	}
	if answer.StatusCode < 400 {
		e.Hint = redirectHint(answer.Header)
	}
	e.Code, e.Message = complaint(answer.Header, body)
	e.Message = t.says(e.Message)
	return e
}

func (t *tokens) says(message string) string {
	return strings.TrimSuffix(fmt.Sprintf("token endpoint %s: %s", hostOf(t.url), message), ": ")
}

// granted reads the token and its end. Nothing else of such an answer is quoted: it
// may hold the token where it is not expected.
func (t *tokens) granted(answer *http.Response, body string) (grant, *providers.Error) {
	if tooDeep(body, maxDepth) || !gjson.Valid(body) {
		return grant{}, providers.Malformed("%s", t.says("the answer is no JSON"))
	}
	token := t.noted(gjson.Get(body, cmp.Or(t.decl.TokenField, "access_token")).String())
	if checkHeader("Authorization", t.prefix()+token) != nil || token == "" {
		e := &providers.Error{Class: providers.Denied, Status: answer.StatusCode, Hint: t.decl.Hint}
		json := gjson.Parse(body)
		e.Code, e.Message = firstText(json, codePaths), firstText(json, messagePaths)
		if e.Message == "" || e.Message == e.Code {
			e.Message = "the answer holds no usable token"
		}
		e.Message = t.says(e.Message)
		return grant{}, e
	}
	now := time.Now()
	life := t.lifetime(answer.Header, body, now)
	if life <= 0 {
		return grant{token: token}, nil
	}
	early := min(cmp.Or(t.decl.Early, defaultEarly), life/2)
	return grant{token: token, ends: now.Add(life - early)}, nil
}

// lifetime returns for how long a token is good; 0: not told.
func (t *tokens) lifetime(h http.Header, body string, now time.Time) time.Duration {
	if t.decl.ExpiresAtField != "" {
		value := gjson.Get(body, t.decl.ExpiresAtField).String()
		if at, ok := parseTimestamp(value); ok {
			return max(at.Sub(serverNow(h, now)), minWait)
		}
		if left, ok := resetIn(value, providers.ResetEpoch, serverNow(h, now)); ok {
			return max(left, minWait)
		}
	}
	if n := gjson.Get(body, cmp.Or(t.decl.ExpiresInField, "expires_in")).Float(); n > 0 {
		return seconds(n)
	}
	return t.decl.Lifetime
}
