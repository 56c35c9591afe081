package main

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// The tests start this binary under the names of the programs of the demo.
	if program, ok := fakePrograms[filepath.Base(os.Args[0])]; ok {
		program(os.Args[1:])
		return
	}
	goleak.VerifyTestMain(m)
}
