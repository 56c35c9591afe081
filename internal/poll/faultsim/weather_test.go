package faultsim_test

import (
	"math/rand/v2"
	"time"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
)

// weather is one kind of trouble that may last for a while.
type weather struct {
	name string
	// bad tells that the pipeline, the disk or the process suffers, not the vendor.
	bad   bool
	begin func(r *run, rnd *rand.Rand)
}

// some sets the rates of a few kinds of fault, each within bounds.
func some(low, high float64, most int, kinds ...vendorsim.Kind) func(*run, *rand.Rand) {
	return func(r *run, rnd *rand.Rand) {
		for range 1 + rnd.IntN(most) {
			r.world.Faults.Set(vendorsim.Pick(rnd, kinds...), low+rnd.Float64()*(high-low))
		}
	}
}

var weathers = []weather{
	{"fine", false, func(*run, *rand.Rand) {}},
	{"flaky vendor", false, some(0.02, 0.3, 4, vendorsim.Internal, vendorsim.BadGateway, vendorsim.Unavailable,
		vendorsim.Timeout, vendorsim.Reset, vendorsim.Hang, vendorsim.Throttled, vendorsim.ThrottledBare, vendorsim.Forbidden)},
	{"vendor down", false, some(1, 1, 1, vendorsim.Internal, vendorsim.BadGateway, vendorsim.Unavailable, vendorsim.Timeout,
		vendorsim.Hang, vendorsim.Reset, vendorsim.HTMLPage, vendorsim.Garbage)},
	{"access refused", false, some(0.5, 1, 1, vendorsim.Unauthorized, vendorsim.Forbidden, vendorsim.NotFound)},
	{"throttled", false, some(0.3, 1, 2, vendorsim.Throttled, vendorsim.ThrottledBare)},
	{"broken answers", false, some(0.05, 0.3, 4, vendorsim.CutBody, vendorsim.CutGzip, vendorsim.Garbage, vendorsim.HTMLPage, vendorsim.SlowBody)},
	{"moving pages", false, some(0.05, 0.3, 3, vendorsim.ShiftingPages, vendorsim.DuplicateRows, vendorsim.EmptyPage)},
	{"cursors expire", false, func(r *run, rnd *rand.Rand) {
		r.world.ExpireCursors()
		r.world.Faults.Set(vendorsim.CursorExpired, rnd.Float64()*0.4)
	}},
	{"tokens expire", false, func(r *run, rnd *rand.Rand) {
		r.world.RevokeTokens()
		r.world.Faults.Set(vendorsim.TokenExpired, rnd.Float64()*0.4)
	}},
	{"partial answers", false, func(r *run, rnd *rand.Rand) { r.api.setPartial(0.05 + 0.5*rnd.Float64()) }},
	{"vendor's clock is wrong", false, func(r *run, rnd *rand.Rand) {
		r.hit("vendor's clock wrong")
		r.world.SetSkew(between(rnd, -2*time.Hour, 2*time.Hour))
		r.world.Faults.Set(vendorsim.Throttled, 0.1)
	}},
	{"others use the quota", false, func(r *run, rnd *rand.Rand) {
		r.hit("others use the quota")
		r.world.Spend("all", r.api.limit.Requests)
	}},
	{"clock set back", true, func(r *run, rnd *rand.Rand) { r.setClockBack(upTo(rnd, r.jump)) }},
	{"busy pipeline", true, func(r *run, rnd *rand.Rand) {
		r.pipeline.setMoods(moods{busy: 0.5 * rnd.Float64(), part: 0.3 * rnd.Float64(), slow: upTo(rnd, 30*time.Second)})
	}},
	{"full pipeline", true, func(r *run, _ *rand.Rand) { r.pipeline.setMoods(moods{busy: 1}) }},
	{"refusing pipeline", true, func(r *run, rnd *rand.Rand) {
		r.pipeline.setMoods(moods{part: 0.3, never: 0.3 * rnd.Float64(), forgetful: 0.1 * rnd.Float64()})
	}},
	{"slow pipeline", true, func(r *run, rnd *rand.Rand) { r.pipeline.setMoods(moods{slow: upTo(rnd, 5*time.Minute)}) }},
	{"ill disk", true, func(r *run, rnd *rand.Rand) {
		r.disk.setIlls(ills{refuse: 0.4 * rnd.Float64(), lose: 0.3 * rnd.Float64(), unread: 0.4 * rnd.Float64()})
	}},
	{"full disk", true, func(r *run, _ *rand.Rand) { r.disk.setIlls(ills{refuse: 1}) }},
	{"slow disk", true, func(r *run, rnd *rand.Rand) { r.disk.setIlls(ills{slow: upTo(rnd, 20*time.Second)}) }},
	{"echoing vendor", false, some(0.05, 0.3, 1, vendorsim.Echo)},
}

// clear ends all trouble.
func (r *run) clear() {
	r.world.Faults.Heal()
	r.world.SetSkew(0)
	r.api.setPartial(0)
	r.pipeline.setMoods(moods{})
	r.disk.setIlls(ills{})
}

func (a *api) setPartial(part float64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.partial = part
}

// trouble lets the active part of the run pass: one weather after the other, and
// now and then an end of the process.
func (r *run) trouble(rnd *rand.Rand) {
	for end := r.world.Now().Add(r.active); r.world.Now().Before(end); {
		r.clear()
		for range 1 + rnd.IntN(3) {
			if w := vendorsim.Pick(rnd, weathers...); !w.bad || r.mode != calm {
				r.trace.add("weather: %s", w.name)
				w.begin(r, rnd)
			}
		}
		lasts := between(rnd, r.active/60, r.active/8)
		if r.mode == calm || share(rnd, 0.4) {
			r.pass(lasts)
			continue
		}
		if share(rnd, 0.6) {
			r.process.arm(moment(1+rnd.IntN(int(moments)-1)), 1+rnd.IntN(15))
			r.pass(lasts)
			continue
		}
		before := upTo(rnd, lasts)
		r.pass(before)
		r.endProcess(rnd)
		r.pass(lasts - before)
	}
}

// endProcess ends the process in one of the ways that somebody chose, and starts it
// again after a while.
func (r *run) endProcess(rnd *rand.Rand) {
	switch rnd.IntN(4) {
	case 0:
		r.hit("killed at any time")
		r.kill("at any time")
	case 3:
		r.hit("killed soon after its start")
		r.kill("at any time")
		r.outage(rnd)
		r.boot()
		r.pass(upTo(rnd, 5*time.Second))
		r.kill("soon after its start")
	case 1:
		r.stop(between(rnd, time.Millisecond, 2*time.Second))
	default:
		r.stop(time.Minute)
	}
	r.outage(rnd)
	r.boot()
}

// outage lets some time pass without a process. In some modes the collector's clock
// is another one afterwards.
func (r *run) outage(rnd *rand.Rand) {
	time.Sleep([]time.Duration{
		0, 0, upTo(rnd, time.Minute), upTo(rnd, 10*time.Minute), upTo(rnd, r.active/10),
		upTo(rnd, r.active/time.Duration(3+rnd.IntN(6))),
	}[rnd.IntN(6)])
	if r.jump == 0 {
		return
	}
	// The vendor's time goes on as it was.
	ahead := between(rnd, -r.jump, r.jump)
	if r.hit("clock behind"); ahead > 0 {
		r.hit("clock ahead")
	}
	was := r.ahead.Load()
	if by := ahead - time.Duration(was); by > 0 {
		time.Sleep(by)
		r.ahead.Store(int64(ahead))
	} else {
		r.ahead.Store(int64(ahead)) // for the vendor, the outage lasts that much longer
	}
	r.trace.add("the clock is %v ahead", ahead)
}

// setClockBack sets the collector's clock back while it runs: for it, the world leaps
// ahead.
func (r *run) setClockBack(by time.Duration) {
	ahead := max(-r.jump, time.Duration(r.ahead.Load())-by)
	if r.jump == 0 || ahead >= time.Duration(r.ahead.Load()) {
		return
	}
	r.hit("clock set back")
	r.ahead.Store(int64(ahead))
	r.trace.add("the clock is set back, it is %v ahead", ahead)
}

// pass lets time pass. A process that ends meanwhile is started again.
func (r *run) pass(d time.Duration) {
	end := time.NewTimer(d)
	defer end.Stop()
	for {
		select {
		case <-end.C:
			return
		case <-r.process.died:
			r.kill("at a step of a commit")
			r.outage(r.chance.of("outage", r.total.crashes))
			r.boot()
		case <-r.process.told:
			rnd := r.chance.of("shutdown", r.total.restarts)
			r.stop(vendorsim.Pick(rnd, upTo(rnd, 30*time.Millisecond), between(rnd, time.Second, time.Minute)))
			r.outage(rnd)
			r.boot()
		}
	}
}
