package activityreceiver

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configoptional"
	"go.opentelemetry.io/collector/confmap"
	"pgregory.net/rapid"
)

// kinds has a field of every kind that a configuration may have.
type kinds struct {
	Text     string                            `mapstructure:"text"`
	Pointer  *string                           `mapstructure:"pointer"`
	Yes      bool                              `mapstructure:"yes"`
	Whole    int                               `mapstructure:"whole"`
	Count    uint16                            `mapstructure:"count"`
	Part     float64                           `mapstructure:"part"`
	Time     time.Duration                     `mapstructure:"time"`
	ID       *component.ID                     `mapstructure:"id"`
	List     []string                          `mapstructure:"list"`
	Blocks   []fakeDeep                        `mapstructure:"blocks"`
	Block    *fakeDeep                         `mapstructure:"block"`
	Map      map[string]int                    `mapstructure:"map"`
	Texts    Texts                             `mapstructure:"texts"`
	Optional configoptional.Optional[fakeDeep] `mapstructure:"optional"`
	Squashed squashed                          `mapstructure:",squash"`
	Any      any                               `mapstructure:"any"`
	Hidden   string                            `mapstructure:"-"`
	Rest     map[string]any                    `mapstructure:",remain"`
}

type squashed struct {
	Inner string `mapstructure:"inner"`
}

func TestKindsOfValues(t *testing.T) {
	for name, tt := range map[string]struct{ yaml, want string }{
		"everything":             {`{text: a, pointer: b, "yes": true, whole: -1, count: 2, part: 0.5, time: 1m, id: x/y, list: [a], blocks: [{depth: 1}], block: {depth: 1}, map: {a: 1}, texts: {a: 1, b: c, d: true}, optional: {depth: 1}, inner: x, any: {a: 1}}`, ""},
		"nothing":                {`{text: , "yes": , whole: , time: , id: , list: , block: , map: , texts: , optional: }`, ""},
		"whole number for part":  {`{part: 1}`, ""},
		"float without fraction": {`{whole: 2.0}`, ""},
		"zero without unit":      {`{time: 0}`, ""},
		"commas for a list":      {`{list: "a,b"}`, ""},
		"number for text":        {`{text: 1}`, "root::text: must be text; put it in quotes"},
		"list for text":          {`{text: [a]}`, "root::text: must be text"},
		"number for pointer":     {`{pointer: 1.5}`, "root::pointer: must be text; put it in quotes"},
		"text for yes":           {`{"yes": "true"}`, "root::yes: must be true or false"},
		"text for whole":         {`{whole: "1"}`, "root::whole: must be a whole number"},
		"fraction for whole":     {`{whole: 1.5}`, "root::whole: must be a whole number"},
		"fraction for count":     {`{count: 1.5}`, "root::count: must be a whole number"},
		"text for part":          {`{part: "1"}`, "root::part: must be a number"},
		"number for time":        {`{time: 30}`, "root::time: needs a unit; write for example 30s"},
		"words for time":         {`{time: soon}`, "root::time: is no duration; write for example 30s"},
		"list for time":          {`{time: [1s]}`, "root::time: must be a duration"},
		"number for id":          {`{id: 1}`, "root::id: must be text"},
		"numbers in a list":      {`{list: [a, 1]}`, "root::list: must be a list of texts; put each in quotes"},
		"map for a list":         {`{list: {a: b}}`, "root::list: must be a list of texts"},
		"text for blocks":        {`{blocks: a}`, "root::blocks: must be a list"},
		"text for block":         {`{block: a}`, "root::block: must be a map of keys"},
		"key of block":           {`{block: {dept: 1}}`, "root::block::dept: is no key here; valid keys: depth, names"},
		"text for map":           {`{map: a}`, "root::map: must be a map of keys"},
		"list for texts":         {`{texts: [a]}`, "root::texts: must be a map of names to texts"},
		"list in texts":          {`{texts: {a: [b]}}`, "root::texts::a: must be text, a number, true or false"},
		"nothing in texts":       {`{texts: {a: }}`, "root::texts::a: must be text, a number, true or false"},
		"hidden key":             {`{hidden: a}`, "root::hidden: is no key here; valid keys: "},
	} {
		t.Run(name, func(t *testing.T) {
			retrieved, err := confmap.NewRetrievedFromYAML([]byte(tt.yaml))
			require.NoError(t, err)
			conf, err := retrieved.AsConf()
			require.NoError(t, err)
			err = checkKeys("root", conf, reflect.TypeFor[kinds]())
			if tt.want == "" {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.True(t, strings.HasPrefix(err.Error(), tt.want), err.Error())
		})
	}
}

func TestAnInstanceWithoutKeys(t *testing.T) {
	_, err := loadYAML(t, "providers: {fake: }")
	assert.ErrorContains(t, err, "providers::fake::domain: is required")
}

func TestClosestFirst(t *testing.T) {
	for name, tt := range map[string]struct {
		written string
		names   []string
		want    []string
	}{
		"a typo":          {"pge_size", []string{"endpoint", "page_size", "size"}, []string{"page_size", "size", "endpoint"}},
		"ties keep order": {"x", []string{"a", "b"}, []string{"a", "b"}},
		"nothing written": {"", []string{"long_name", "id"}, []string{"id", "long_name"}},
		"no names":        {"x", nil, nil},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, closestFirst(tt.written, tt.names)) })
	}
}

func TestDistance(t *testing.T) {
	assert.Equal(t, 3, distance("kitten", "sitting"))
	assert.Equal(t, 4, distance("", "four"))
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.StringMatching(`[a-d]{0,6}`)
		a, b, c := key.Draw(t, "a"), key.Draw(t, "b"), key.Draw(t, "c")
		if distance(a, b) != distance(b, a) || (distance(a, b) == 0) != (a == b) || distance(a, c) > distance(a, b)+distance(b, c) {
			t.Fatal("is no distance")
		}
	})
}
