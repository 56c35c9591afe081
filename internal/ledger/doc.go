// Package ledger is the durable record of one stream: the position (cursor, or
// the ranges of time that have been read) and the ids seen since the oldest moment
// that may be read again.
//
// # Keys
//
// A ledger lives in a storage.Client of the collector's storage extension under
//
//	v1/<instance>/<stream>/position
//	v1/<instance>/<stream>/seen/<from>-<width>/<n>
//
// with instance and stream percent-encoded. An instance that is renamed starts
// with a new ledger: it reads its initial lookback again, with equal uids.
//
// The position is one small value, rewritten by every commit. Ids are 16 bytes
// each, the first half of the SHA-256 sum whose first 20 bytes are the uid. They
// lie in buckets of time; the ids of a bucket lie in chunks, of which only the last
// one, shorter than 256 ids, is ever rewritten. A commit so writes what the page
// brought, plus at most 4 KiB for each bucket that it touches, and a bucket is
// forgotten by deleting its chunks. The position lists the buckets and their
// chunks, because a storage.Client cannot list keys. Everything that belongs to one
// commit is one Client.Batch.
//
// # Values
//
// Each value begins with a version byte and a CRC-32 of the rest. A value of a newer
// version is a *VersionError, a value that does not decode a *CorruptError; both
// name the key. Neither is ever taken for an empty ledger: a silent reset would
// read history twice or lose it.
//
// # Memory
//
// Ids lie in open-addressing tables of bare 16-byte slots that are 64 to 80 percent
// full: a million ids take 20 to 26 MB.
//
// # Pending and committed
//
// Seen.Add takes effect in memory at once and is written by the next Commit; the
// position passed to Commit replaces the old one only when storage has taken it.
// After a failed Commit the same call may be repeated. A ledger whose page is given
// up between Add and Commit must be discarded and opened again.
//
// A ledger is not safe for concurrent use.
package ledger
