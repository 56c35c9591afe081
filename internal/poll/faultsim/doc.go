// Package faultsim is the deterministic fault simulator of the engine. Its tests run
// the real engine, the real ledger and the real HTTP client against a vendor that
// exists only here, in testing/synctest bubbles, where days pass in milliseconds.
//
// A seed decides everything: how the vendor's streams behave (how they resume, page,
// order and identify events, what their bounds mean, how late events show), when
// events happen, and what goes wrong: the vendor, the network, the storage, the
// pipeline, the clock, and the process itself, which is killed at every step of a
// commit. Each source of faults has a stream of chance of its own, and faults hit by
// content and count, never by order of arrival, so that a seed plays the same
// history each time.
//
//	make sim SEEDS=2000               some thousand histories; those of a failure name their seed
//	make sim SEEDS=20000 FIRST=2000   others
//	make sim SEED=17                  one history, with a line for each step
//
// What must hold is told apart by mode. In safety, faults go on to the end: nothing
// comes twice but what was in flight when the process ended, nothing comes that the
// vendor does not have, and no ledger that was ever on disk claims what the pipeline
// had not accepted. In liveness, faults stop: from then on everything is delivered
// that the vendor shows, and soon; no stream lags, and only ids that may come again are
// remembered. Always, requests stay within the quota, pages in flight within their
// number, and what the engine reports adds up to what the pipeline has.
//
// TestPlanted shows that each of the mistakes in poll.PlantedFaults is found, TestShapes
// that the streams have all traits in all pairs, TestRepeatable that a seed plays the
// same history each time, and TestSeeds, when it plays enough, that everything went
// wrong that can.
package faultsim
