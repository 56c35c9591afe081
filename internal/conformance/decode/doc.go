// Package decode is the part of the conformance suite that needs no receiver: Decode of
// every stream of every provider. It is a package of its own because a fuzz target runs
// as fast as its program is small.
package decode
