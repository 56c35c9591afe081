package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// screen prints texts one after the other. On a terminal each table takes the place
// of the one before.
type screen struct {
	out      io.Writer
	terminal bool
	lines    *int // of the last table, which is still the last thing on the terminal
}

func newScreen(out io.Writer) screen {
	s := screen{out: out, lines: new(int)}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		s.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return s
}

// say prints a text that stays.
func (s screen) say(text string) {
	fmt.Fprint(s.out, text)
	*s.lines = 0
}

// redraw prints a table in place of the one before.
func (s screen) redraw(table string) {
	if s.terminal && *s.lines > 0 {
		fmt.Fprintf(s.out, "\x1b[%dA\x1b[J", *s.lines)
	}
	fmt.Fprint(s.out, table)
	*s.lines = strings.Count(table, "\n")
}
