package vendorhttp

import (
	"html"
	"net/http"
	"regexp"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// Where vendors put code and message of an error, tried in order. Sources with
// another shape have their own Classify.
var (
	codePaths = []string{
		"errorCode", "error.code", "error.type", "errors.0.code", "code", "error.status", `error.\.tag`, "error",
		"0.errorCode", "errors.0.error", "errorType", "category", "status.type",
	}
	messagePaths = []string{
		"error_description", "errorSummary", "error_summary", "error.message", "message", "errors.0.message", "errors.0.detail",
		"errorMessages.0", "Message", "detail", "description", "status.message", "0.message", "errors.0.title",
		"error.title", "title", "reason", "err", "MESSAGE", "errors.0", "error",
	}
)

// complaint returns code and message of an answer that is an error.
func complaint(h http.Header, body string) (code, message string) {
	if strings.TrimSpace(body) == "" {
		return challenge(h)
	}
	if !gjson.Valid(body) {
		return "", excerpt(body)
	}
	json := gjson.Parse(body)
	if code, message = firstText(json, codePaths), firstText(json, messagePaths); message == code {
		message = ""
	}
	if code == "" && message == "" {
		message = excerpt(body)
	}
	return providers.Clip(code), providers.Clip(message)
}

// firstText returns the first of the paths that holds text or a number.
func firstText(json gjson.Result, paths []string) string {
	for _, path := range paths {
		if v := json.Get(path); v.Type == gjson.String && v.Str != "" || v.Type == gjson.Number {
			return v.String()
		}
	}
	return ""
}

var (
	challengeError       = regexp.MustCompile(`\berror="([^"]*)"`)
	challengeDescription = regexp.MustCompile(`\berror_description="([^"]*)"`)
)

// challenge reads error and error_description of WWW-Authenticate (RFC 6750,
// section 3), all that some vendors say with a 401.
func challenge(h http.Header) (code, message string) {
	text := h.Get("WWW-Authenticate")
	if m := challengeError.FindStringSubmatch(text); m != nil {
		code = m[1]
	}
	if m := challengeDescription.FindStringSubmatch(text); m != nil {
		message = m[1]
	}
	return code, message
}

const maxExcerpt = 256

var (
	invisible = regexp.MustCompile(`(?is)<(script|style|head)\b.*?</(script|style|head)\s*>|<!--.*?-->`)
	tags      = regexp.MustCompile(`(?s)<[a-zA-Z/!?][^>]*>`)
	title     = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)
)

// excerpt returns the beginning of a text, for HTML of what a reader would see.
func excerpt(body string) string {
	body = strings.ToValidUTF8(body, "")
	shown := ""
	if m := title.FindStringSubmatch(body); m != nil {
		shown = m[1] + " "
	}
	shown += tags.ReplaceAllString(invisible.ReplaceAllString(body, " "), " ")
	shown = strings.Join(strings.Fields(html.UnescapeString(shown)), " ")
	if len(shown) > maxExcerpt {
		shown = strings.ToValidUTF8(shown[:maxExcerpt], "") + "…"
	}
	return shown
}
