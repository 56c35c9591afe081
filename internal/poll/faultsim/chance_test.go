package faultsim_test

import (
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// chance is the seed of a run. Everything random is drawn from a source that is
// named by what it is for, so that no source disturbs another.
type chance uint64

// of returns the source with a name, for the n-th time that it decides.
func (c chance) of(name string, n int) *rand.Rand {
	return rand.New(rand.NewPCG(mix(uint64(c)^mix(uint64(n))), mix(hash(name))))
}

func hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(text))
	return h.Sum64()
}

// mix makes numbers that differ little differ in all bits (the end of splitmix64).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// upTo returns a duration within [0, d].
func upTo(rnd *rand.Rand, d time.Duration) time.Duration {
	return time.Duration(rnd.Int64N(int64(max(d, 0)) + 1))
}

// between returns a duration within [low, high].
func between(rnd *rand.Rand, low, high time.Duration) time.Duration {
	return low + upTo(rnd, high-low)
}

// share is true for a share (0..1) of calls.
func share(rnd *rand.Rand, part float64) bool { return rnd.Float64() < part }

// counts numbers the occurrences of texts.
type counts struct {
	mu sync.Mutex
	n  map[string]int
}

// next returns how often text occurred before.
func (c *counts) next(text string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[string]int{}
	}
	n := c.n[text]
	c.n[text]++
	return n
}
