package activityreceiver

import (
	"crypto/sha256"
	"encoding/binary"
)

// owner returns which of count replicas reads the instance: the one whose hash
// with the name is highest (rendezvous hashing). All replicas agree without
// talking, and when count changes only those instances move that must.
func owner(instance string, count int) int {
	best, highest := 0, uint64(0)
	input := append([]byte(instance), make([]byte, 9)...) // a zero byte, then the index
	for index := range count {
		binary.BigEndian.PutUint64(input[len(input)-8:], uint64(index))
		sum := sha256.Sum256(input)
		if weight := binary.BigEndian.Uint64(sum[:]); weight > highest {
			best, highest = index, weight
		}
	}
	return best
}

// mine returns the instances that this replica reads.
func (s ShardConfig) mine(instances []*instance) []*instance {
	var own []*instance
	for _, i := range instances {
		if owner(i.id.String(), s.Count) == s.Index {
			own = append(own, i)
		}
	}
	return own
}
