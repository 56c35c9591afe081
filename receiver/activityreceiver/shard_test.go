package activityreceiver

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/component"
	"pgregory.net/rapid"
)

// These values are what makes replicas of different versions agree: a change moves
// instances, whose new replica must find their state in shared storage.
func TestOwnerIsStable(t *testing.T) {
	for _, tt := range []struct {
		instance string
		count    int
		want     int
	}{
		{"okta", 1, 0},
		{"okta", 2, 1},
		{"okta/eu", 3, 1},
		{"github/acme", 3, 1},
		{"github/acme", 10, 9},
	} {
		t.Run(fmt.Sprintf("%s of %d", tt.instance, tt.count), func(t *testing.T) {
			assert.Equal(t, tt.want, owner(tt.instance, tt.count))
		})
	}
}

func TestOneMoreReplicaMovesOnlyToIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[a-z_0-9]{1,12}(/[ -~]{1,20})?`).Draw(t, "instance")
		count := rapid.IntRange(1, 50).Draw(t, "count")
		before, after := owner(name, count), owner(name, count+1)
		if after != before && after != count {
			t.Fatalf("moved from replica %d to %d, which is not the new one", before, after)
		}
		if before < 0 || before >= count {
			t.Fatalf("replica %d of %d", before, count)
		}
	})
}

func TestEveryInstanceHasOneReplica(t *testing.T) {
	const replicas, total = 4, 1000
	var instances []*instance
	for n := range total {
		id := component.NewIDWithName(component.MustNewType("okta"), fmt.Sprintf("tenant-%d", n))
		instances = append(instances, &instance{id: id})
	}
	read := map[component.ID]int{}
	for index := range replicas {
		own := ShardConfig{Index: index, Count: replicas}.mine(instances)
		assert.InDelta(t, total/replicas, len(own), 60, "replica %d has an unfair share", index)
		for _, i := range own {
			read[i.id]++
		}
	}
	assert.Len(t, read, total)
	for id, times := range read {
		assert.Equal(t, 1, times, "%s", id)
	}
}
