package vendorhttp

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/otelactivity/otelactivity/providers"
)

// judge returns the error that an answer is, or nil: first by the source's own
// rule, then by status.
func (x *exchange) judge(resp *providers.Response) *providers.Error {
	c := x.client
	var e *providers.Error
	if c.source.Classify != nil {
		e = c.source.Classify(resp)
	}
	if e == nil {
		if providers.DefaultClass(resp.Status) == providers.Unclassified {
			x.budget.succeeded()
			return nil
		}
		e = &providers.Error{}
	}
	own := *e // the source may have one value for all answers
	e = &own
	if e.Code == "" && e.Message == "" && resp.Status >= 300 {
		e.Code, e.Message = complaint(resp.Header, resp.Body)
	}
	hint, told := retryAfter(resp.Header, time.Now())
	if e.Class == providers.Unclassified {
		e.Class = classByStatus(resp.Status, told)
	}
	e.Status = resp.Status
	if resp.Status >= 300 && resp.Status < 400 && e.Hint == "" {
		e.Hint = redirectHint(resp.Header)
	}
	switch {
	case e.Class == providers.Throttled:
		e.RetryAfter = x.budget.throttled(resp.Header, e.RetryAfter, time.Now())
		c.waits(x.asked.Class, 0, e.RetryAfter)
	case e.RetryAfter > 0:
		e.RetryAfter = clampWait(e.RetryAfter)
	case told && e.Class == providers.Transient:
		e.RetryAfter = clampWait(hint)
	}
	return c.secrets.clean(e)
}

// classByStatus adds to the rules by status that 503 with Retry-After is a limit.
// An answer that a source calls an error without saying which, with a status that
// is none, is read again.
func classByStatus(status int, retryAfter bool) providers.Class {
	if status == http.StatusServiceUnavailable && retryAfter {
		return providers.Throttled
	}
	if class := providers.DefaultClass(status); class != providers.Unclassified {
		return class
	}
	return providers.Transient
}

// redirectHint names the host of a redirect that was not followed, and no more.
func redirectHint(h http.Header) string {
	location := h.Get("Location")
	if location == "" {
		return ""
	}
	u, err := url.Parse(location)
	if err == nil && u.Host == "" {
		return "the vendor redirects to itself more often than is followed; check the endpoint"
	}
	return fmt.Sprintf("a redirect to %s was not followed, which may be a log-in page; check the endpoint, the credential and what stands in front of the vendor",
		hostOf(location))
}

// unwrapURL drops the wrapping that quotes method and URL.
func unwrapURL(err error) error {
	for {
		u, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = u.Err
	}
}

// transportHint says what usually is wrong when no answer came.
func transportHint(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the certificate's authority is not known here; name it in http.tls.ca_file"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the certificate is for another host; check the endpoint"
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return "the host name does not exist; check the endpoint"
	}
	return ""
}
