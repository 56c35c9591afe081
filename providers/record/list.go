package record

import (
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// List reads a page whose events are the list at a gjson path; the empty path means
// that the body is the list. It returns the parsed body beside the events. An answer
// that has no such list is Malformed, because it must not read as "no events".
func List(body, path string) (gjson.Result, []providers.Event, error) {
	parsed, err := Body(body)
	if err != nil {
		return parsed, nil, err
	}
	list := parsed
	if path != "" {
		list = parsed.Get(path)
	}
	switch {
	case list.IsArray():
	case path == "":
		return parsed, nil, providers.Malformed("a list was expected, not %s", Excerpt(body))
	default:
		return parsed, nil, providers.Malformed("%s is missing in %s", path, Excerpt(body))
	}
	events, err := Events(list)
	return parsed, events, err
}
