package record

import "strings"

// HTML reports whether body begins like a page for people: the login page that
// some vendors and proxies send instead of an error, with any status.
func HTML(body string) bool {
	return strings.HasPrefix(strings.TrimLeft(body, "\ufeff \t\r\n"), "<")
}
