package record_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/record"
)

func raw(events ...string) []providers.Event {
	list := make([]providers.Event, len(events))
	for i, e := range events {
		list[i].Raw = e
	}
	return list
}

func TestList(t *testing.T) {
	for name, tt := range map[string]struct {
		body, path string
		want       []providers.Event
		rest       string // default: the body
		fail       string // part of the error
	}{
		"the body":                    {`[{"a": 1},{"b":2}]`, "", raw(`{"a": 1}`, `{"b":2}`), "", ""},
		"a member":                    {`{"n":1,"list":[{"a": 1}],"next":"x"}`, "list", raw(`{"a": 1}`), `{"n":1,"list":[],"next":"x"}`, ""},
		"a member of a member":        {`{"meta":{"n":[0],"list":[{"a":1}]},"next":"x"}`, "meta.list", raw(`{"a":1}`), `{"meta":{"n":[0],"list":[]},"next":"x"}`, ""},
		"three levels":                {`{"a":{"b":{"c":[1]}}}`, "a.b.c", raw("1"), `{"a":{"b":{"c":[]}}}`, ""},
		"white space":                 {" \r\n{ \"list\" : [ {\"a\" : 1} ,\n2 ] , \"z\":1}\t\n", "list", raw(`{"a" : 1}`, "2"), "{ \"list\" : [] , \"z\":1}\t\n", ""},
		"white space around a list":   {"\n[ 1 ]\n", "", raw("1"), "[ 1 ]\n", ""},
		"an empty list":               {`{"list":[]}`, "list", nil, "", ""},
		"an empty body":               {`[]`, "", nil, "", ""},
		"values of every type":        {`[{},[[]],"]",-1.5e3,true,false,null]`, "", raw("{}", "[[]]", `"]"`, "-1.5e3", "true", "false", "null"), "", ""},
		"integers beyond 64 bits":     {`[{"id":123456789012345678901234567890}]`, "", raw(`{"id":123456789012345678901234567890}`), "", ""},
		"not ASCII":                   {`[{"ü":"第\u00e9\/"}]`, "", raw(`{"ü":"第\u00e9\/"}`), "", ""},
		"a name twice in an event":    {`[{"a":1,"a":2}]`, "", raw(`{"a":1,"a":2}`), "", ""},
		"broken UTF-8":                {"[\"a\xff\",\"\xe2\x82\"]", "", raw("\"a\xff\"", "\"\xe2\x82\""), "", ""},
		"half a surrogate":            {`["\ud83d","\udc00 x"]`, "", raw(`"\ud83d"`, `"\udc00 x"`), "", ""},
		"the list twice":              {`{"list":[1],"list":[2]}`, "list", raw("1"), `{"list":[],"list":[2]}`, ""},
		"a list, then null":           {`{"list":[1],"list":null}`, "list", raw("1"), `{"list":[],"list":null}`, ""},
		"null, then a list":           {`{"list":null,"list":[1]}`, "list", nil, "", "list is missing"},
		"the way twice":               {`{"a":{"x":1},"a":{"list":[1]}}`, "a.list", raw("1"), `{"a":{"x":1},"a":{"list":[]}}`, ""},
		"the way first through text":  {`{"a":"x","a":{"list":[1]}}`, "a.list", raw("1"), `{"a":"x","a":{"list":[]}}`, ""},
		"an escaped name":             {`{"l\u0069st":[1]}`, "list", raw("1"), `{"l\u0069st":[]}`, ""},
		"an escaped other name":       {`{"l\u0069s":[1]}`, "list", nil, "", "list is missing"},
		"deeper with the same name":   {`{"a":{"list":[1]},"list":[2]}`, "list", raw("2"), `{"a":{"list":[1]},"list":[]}`, ""},
		"no list":                     {`{"other":[]}`, "list", nil, "", `list is missing in "{\"other\":[]}"`},
		"null":                        {`{"list":null}`, "list", nil, "", "list is missing"},
		"another type":                {`{"list":{}}`, "list", nil, "", "list is missing"},
		"the way is a list":           {`{"a":[{"list":[1]}]}`, "a.list", nil, "", "a.list is missing"},
		"the way is text":             {`{"a":"list"}`, "a.list", nil, "", "a.list is missing"},
		"the way is null":             {`{"a":null}`, "a.list", nil, "", "a.list is missing"},
		"a list where an object is":   {`[1]`, "list", nil, "", "list is missing"},
		"an object":                   {`{"a":1}`, "", nil, "", `a list was expected, not "{\"a\":1}"`},
		"null as the body":            {`null`, "", nil, "", "a list was expected"},
		"text as the body":            {`"[1]"`, "list", nil, "", "list is missing"},
		"a name without text":         {`{"":[1]}`, "", nil, "", "a list was expected"},
		"a log-in page":               {`<html>`, "", nil, "", `not JSON, invalid character '<' at start of value at byte 0: "<html>"`},
		"nothing":                     {``, "", nil, "", `not JSON, it ends at byte 0: ""`},
		"white space only":            {" \n", "list", nil, "", "not JSON, it ends at byte 2"},
		"a byte order mark":           {"\ufeff[]", "", nil, "", `not JSON, invalid character '\ufeff' at start of value at byte 0`},
		"cut in the list":             {`{"list":[{"a":1},`, "list", nil, "", "not JSON, it ends at byte 17"},
		"cut in an event":             {`[{"a":"bc`, "", nil, "", "not JSON, it ends at byte 9"},
		"cut behind the list":         {`{"list":[1]`, "list", nil, "", "not JSON, it ends at byte 11"},
		"cut in a name":               {`{"li`, "list", nil, "", "not JSON, it ends at byte 4"},
		"broken before the list":      {`{"a":tru,"list":[1]}`, "list", nil, "", "not JSON, invalid character ',' in literal true (expecting 'e') at byte 8"},
		"broken in the list":          {`{"list":[1 2]}`, "list", nil, "", "not JSON, invalid character '2' after array element (expecting ',' or ']') at byte 11"},
		"broken behind the list":      {`{"list":[1],}`, "list", nil, "", "not JSON"},
		"a name that is no text":      {`{1:2}`, "list", nil, "", "not JSON"},
		"the wrong end":               {`{"list":[1}`, "list", nil, "", "not JSON"},
		"a comma too much":            {`[1,]`, "", nil, "", "not JSON"},
		"a control character in text": {"[\"a\nb\"]", "", nil, "", "not JSON"},
		"a number with a leading 0":   {`[01]`, "", nil, "", "not JSON"},
		"not a number":                {`[NaN]`, "", nil, "", "not JSON"},
		"an unknown escape":           {`["\x"]`, "", nil, "", "not JSON"},
		"garbage behind it":           {`[1]x`, "", nil, "", "not JSON, invalid character 'x' at start of value at byte 3"},
		"a second value":              {`[1] [2]`, "", nil, "", "not JSON, a second value follows at byte 3"},
		"a line feed between values":  {"{\"list\":[1]}\n{\"list\":[2]}\n", "list", nil, "", "not JSON, a second value follows at byte 12"},
		"nested 10,000 deep":          {strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000), "", raw(strings.Repeat("[", 9_999) + strings.Repeat("]", 9_999)), "", ""},
		"nested deeper":               {strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001), "", nil, "", "not JSON, exceeded max depth at byte 10000"},
	} {
		t.Run(name, func(t *testing.T) {
			rest, events, err := record.List(tt.body, tt.path)
			assert.Equal(t, tt.want, events)
			if tt.fail == "" {
				require.NoError(t, err)
				if tt.rest == "" {
					tt.rest = tt.body
				}
				assert.Equal(t, tt.rest, rest.Raw)
				return
			}
			require.ErrorContains(t, err, tt.fail)
			assert.Equal(t, providers.Transient, providers.ClassOf(err))
		})
	}
}

func TestOptionalList(t *testing.T) {
	for name, tt := range map[string]struct {
		body, path string
		want       []providers.Event
		rest       string
		fail       string
	}{
		"there":            {`{"list":[1,2],"n":3}`, "list", raw("1", "2"), `{"list":[],"n":3}`, ""},
		"empty":            {`{"list":[]}`, "list", nil, `{"list":[]}`, ""},
		"absent":           {`{"n":0}`, "list", nil, `{"n":0}`, ""},
		"null":             {`{"list":null}`, "list", nil, `{"list":null}`, ""},
		"the way absent":   {`{"n":0}`, "meta.list", nil, `{"n":0}`, ""},
		"null as the body": {`null`, "", nil, `null`, ""},
		"an object":        {`{"list":{"a":1}}`, "list", nil, "", `a list of events was expected at "list" in "{`},
		"text":             {`{"list":""}`, "list", nil, "", "a list of events was expected"},
		"another body":     {`{"a":1}`, "", nil, "", "a list of events was expected"},
		"cut":              {`{"n":0`, "list", nil, "", "not JSON, it ends at byte 6"},
	} {
		t.Run(name, func(t *testing.T) {
			rest, events, err := record.OptionalList(tt.body, tt.path)
			assert.Equal(t, tt.want, events)
			assert.Equal(t, tt.rest, rest.Raw)
			if tt.fail == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tt.fail)
			assert.Equal(t, providers.Transient, providers.ClassOf(err))
		})
	}
}

// Cutters are used again: what one page left must not show in another.
func TestListsDoNotShareMemory(t *testing.T) {
	_, first, err := record.List(`[1,2,3]`, "")
	require.NoError(t, err)
	_, _, err = record.List(`{"list":[4,5,{"a":`, "list")
	require.Error(t, err)
	_, second, err := record.List(`{"list":[6]}`, "list")
	require.NoError(t, err)
	_, none, err := record.OptionalList(`{}`, "list")
	require.NoError(t, err)
	assert.Equal(t, raw("1", "2", "3"), first)
	assert.Equal(t, raw("6"), second)
	assert.Empty(t, none)
	assert.Equal(t, 1, cap(second), "as large as it must be")
}

// A page costs the events, the rest and, where the pool is empty (at random under the
// race detector), a cutter; nothing for each event.
func TestListAllocates(t *testing.T) {
	page := `{"list":[` + strings.Repeat(`{"a":"b"},`, 999) + `{}],"next":"x"}`
	assert.LessOrEqual(t, testing.AllocsPerRun(100, func() { _, _, _ = record.List(page, "list") }), 25.0)
}

// FuzzList holds List against the two passes that it does in one.
func FuzzList(f *testing.F) {
	for _, s := range []struct{ body, path string }{
		{`[{"a": 1},null]`, ""},
		{`{"list":[1,"]"],"next":"x"}`, "list"},
		{`{"a":{"x":1},"a":{"list":[[]]}}`, "a.list"},
		{`{"l\u0069st":[1]}`, "list"},
		{"[\"\xff\\ud83d\"]", ""},
		{`{"list":{}}`, "list"},
		{`[1] [2]`, ""},
		{"\ufeff[]", ""},
		{``, ""},
	} {
		f.Add(s.body, s.path)
	}
	f.Fuzz(func(t *testing.T, body, path string) {
		rest, events, err := record.List(body, path)
		if _, bodyErr := record.Body(body); (bodyErr == nil) != gjson.Valid(body) && !strings.Contains(bodyErr.Error(), "max depth") {
			t.Errorf("Body says %v of %q", bodyErr, body)
		}
		if err != nil {
			require.Equal(t, providers.Transient, providers.ClassOf(err))
			require.Less(t, len(err.Error()), 5000)
			return
		}
		require.True(t, json.Valid([]byte(body)))
		for _, e := range events {
			require.True(t, json.Valid([]byte(e.Raw)))
			require.Contains(t, body, e.Raw)
		}
		if !plain(path) {
			return // means something else to gjson
		}
		list := gjson.Parse(body)
		if path != "" {
			list = list.Get(path)
			require.Equal(t, "[]", strings.Join(strings.Fields(rest.Get(path).Raw), ""))
		}
		want, err := record.Events(list)
		require.NoError(t, err)
		require.Equal(t, want, events)
	})
}

func plain(path string) bool {
	return strings.Trim(path, "abcdefghijklmnopqrstuvwxyz_.") == "" && path != "." && !strings.Contains(path, "..") && strings.Trim(path, ".") == path
}
