package providers

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Class tells what the engine does about an error.
type Class int

const (
	// Unclassified leaves the decision to the rules by status.
	Unclassified Class = iota
	// Transient: retry the same page with backoff.
	Transient
	// Throttled: wait for RetryAfter or the budget, then the same page again.
	Throttled
	// Unauthorized: get a new token once; if that does not help, as Denied.
	Unauthorized
	// Denied: permission, scope, plan or configuration. The stream parks, says why
	// and what to grant, and is probed slowly.
	Denied
	// WindowTooLarge: halve the window.
	WindowTooLarge
	// PageTooLarge: halve the page size and retry.
	PageTooLarge
	// CursorLost: the cursor is refused; fall back to a window.
	CursorLost
)

// String names the class for logs and metrics.
func (c Class) String() string {
	return [...]string{
		"unclassified", "transient", "throttled", "unauthorized", "denied",
		"window_too_large", "page_too_large", "cursor_lost",
	}[c]
}

// Error is a failed fetch. It never holds a credential, a URL query or more than
// 1 KiB of the vendor's text.
type Error struct {
	Class   Class
	Status  int    // HTTP status, 0 when there was no answer
	Code    string // the vendor's code
	Message string // the vendor's message
	Hint    string // what the user can do
	// RetryAfter is how long to wait, measured from the answer; 0: not told.
	RetryAfter time.Duration
	// Probe is how long a parked stream waits before it tries again; 0: the
	// engine's default.
	Probe time.Duration
	Err   error // the cause, when there was no answer
}

// Error lists class, status, the vendor's code and message, and the hint.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Class.String())
	if e.Status != 0 {
		fmt.Fprintf(&b, ": HTTP %d", e.Status)
	}
	for _, s := range []string{e.Code, e.Message} {
		if s != "" {
			b.WriteString(": ")
			b.WriteString(Clip(s))
		}
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Hint != "" {
		fmt.Fprintf(&b, " (%s)", e.Hint)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ClassOf returns the class of err; errors of other types are Transient.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok && e.Class != Unclassified {
		return e.Class
	}
	return Transient
}

// Malformed is the error of an answer that is not what the vendor documents:
// garbage, a cut body, HTML with status 200. It is Transient.
func Malformed(format string, args ...any) *Error {
	return &Error{Class: Transient, Code: "malformed_answer", Message: fmt.Sprintf(format, args...)}
}

// DefaultClass is the class of an answer by its status alone.
func DefaultClass(status int) Class {
	switch {
	case status >= 200 && status < 300:
		return Unclassified
	case status == 401:
		return Unauthorized
	case status == 408, status == 425:
		return Transient
	case status == 429:
		return Throttled
	case status >= 500:
		return Transient
	default: // redirects to other hosts and 4xx
		return Denied
	}
}

// Clip shortens a vendor's text to 1 KiB.
func Clip(s string) string {
	const most = 1024
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
