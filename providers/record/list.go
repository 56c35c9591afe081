package record

import (
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
)

// List reads a page whose events are the list at a path of member names joined by
// dots (data.items); the empty path means that the body is the list. The whole body
// is checked and the list is cut into raw events in one pass. Events share the memory
// of body, their bytes as received.
//
// Beside them comes the rest: the body parsed with the list left empty, so that what
// stands behind the list (cursors, totals) is found without going through the list
// again. With the empty path the rest is the body.
//
// Anything else than one JSON value in UTF-8 or not, and a body without such a list,
// is a providers.Malformed that quotes the start of what came: it must not read as
// "no events". Equal names are accepted, and the first list at the path counts; so do
// broken UTF-8 and lone surrogates, for a record must not be lost for them.
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

// OptionalList is List for vendors that leave an empty list out or write null. Who
// must tell these from an empty list finds them in the rest, where an empty list is
// there and null is null.
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
