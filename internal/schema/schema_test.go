package schema

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers"
)

func all() []string {
	return append(append(Names(Record()), Names(Resource())...), SchemaVersion)
}

func TestNoNameBeginsAnother(t *testing.T) {
	valid := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$`)
	for i, name := range all() {
		assert.Regexp(t, valid, name)
		for j, other := range all() {
			assert.Falsef(t, i != j && (name == other || strings.HasPrefix(other, name+".")), "%s and %s", name, other)
		}
	}
}

// Loki refuses records of many attributes, and nobody reads them.
func TestThereAreAtMostThirtyAttributes(t *testing.T) {
	assert.LessOrEqual(t, len(Record()), 30)
}

func TestEveryAttributeIsMapped(t *testing.T) {
	// They say what the receiver did, not what happened.
	ours := []string{ServiceName, ServiceNamespace, ServerAddress, CreatedAtRaw, DecodeError, DocumentID, SchemaVersion}
	mapped := slices.Clone(ours)
	for _, f := range Fields() {
		assert.NotEmpty(t, f.Where+strings.Join(f.Attributes, ""), "%s is nowhere", f.Unified)
		assert.NotEmpty(t, f.OCSF, f.Unified)
		mapped = append(mapped, f.Attributes...)
	}
	assert.ElementsMatch(t, all(), mapped)
}

func TestEveryActionHasOneClass(t *testing.T) {
	var listed []providers.Action
	for i, c := range Classes() {
		assert.Equal(t, i == len(Classes())-1, len(c.Actions) == 0, "the last one is for all other words")
		listed = append(listed, c.Actions...)
	}
	assert.ElementsMatch(t, providers.Actions(), listed)
}
