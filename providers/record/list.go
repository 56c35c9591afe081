package record

import (
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// List reads a page whose events are the list at a path: member names joined by dots
// (data.items); the empty path means that the body is the list. It checks the whole
// body and cuts the list in one pass. Events are parts of body, their bytes as
// received.
//
// The rest is the body with that list left empty, so that what stands behind it (a
// cursor, a total) is found without going through the events again. With the empty
// path the rest is the body.
//
// A body that is not one JSON value, or has no such list, is a providers.Malformed
// that quotes its start: it must not read as "no events". Names that come twice,
// broken UTF-8 and halves of surrogates are accepted, for no event may be lost for
// them; of lists that come twice the first counts.
func List(body, path string) (rest gjson.Result, events []providers.Event, err error) {
	rest, events, found, err := cut(body, path)
	switch {
	case err != nil:
	case found == array:
		return rest, events, nil
	case path == "":
		err = providers.Malformed("a list was expected, not %s", Excerpt(body))
	default:
		err = providers.Malformed("%s is missing in %s", path, Excerpt(body))
	}
	return gjson.Result{}, nil, err
}

// OptionalList is List for vendors that leave an empty list out, or write null in its
// place: neither has events. A provider that accepts only one of them asks the rest.
func OptionalList(body, path string) (rest gjson.Result, events []providers.Event, err error) {
	rest, events, found, err := cut(body, path)
	if err == nil && found == other {
		err = providers.Malformed("a list of events was expected at %q in %s", path, Excerpt(body))
	}
	if err != nil {
		return gjson.Result{}, nil, err
	}
	return rest, events, nil
}
