package ledger

import "time"

// Position is how far a stream has been read. Times are nanoseconds since 1970, as
// Nanos returns them; 0 means "none yet". Its sets are never changed in place, so a
// copy of a Position is independent of the original once Passes is cloned.
type Position struct {
	// Start is the first moment that the stream is wanted from.
	Start int64
	// Capped tells that Start was cut by the vendor's retention, so that the oldest
	// part of the first backfill may expire while it runs.
	Capped bool
	// Cursor is the vendor's durable cursor.
	Cursor string
	// Since is the moment that the query which brought the first cursor asked from.
	Since int64
	// CaughtUp tells that the chain of cursors since then has been at its end.
	CaughtUp bool
	// Newest is the created_at of the newest activity delivered, Reached that of the
	// newest read.
	Newest, Reached int64
	// Read is when the last read that came to its end began.
	Read int64
	// Fingerprint names what the cursor depends on.
	Fingerprint string
	// Passes hold what was read, by increasing delay.
	Passes []Pass
}

// Pass is the moments that have been read by a read that began at least Delay
// after them. The pass with the longest delay is the settled time.
type Pass struct {
	Delay time.Duration
	Read  Set
}

// Settled returns the moments that need not be read again.
func (p *Position) Settled() Set {
	if len(p.Passes) == 0 {
		return nil
	}
	return p.Passes[len(p.Passes)-1].Read
}

// Align returns the passes for new delays, increasing. A pass takes over what was
// read at least as late as it asks for; the last one takes over the settled time as
// it is, because the ids seen in it are forgotten.
func (p *Position) Align(delays []time.Duration) []Pass {
	passes := make([]Pass, len(delays))
	for i, d := range delays {
		passes[i] = Pass{Delay: d, Read: p.Settled()}
		if i == len(delays)-1 {
			break
		}
		for _, old := range p.Passes {
			if old.Delay >= d {
				passes[i].Read = old.Read
				break
			}
		}
	}
	return passes
}
