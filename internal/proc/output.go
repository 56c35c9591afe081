package proc

import (
	"io"
	"os"
	"strings"
)

const (
	// maxOutput bounds how much of a log is searched for the reason of an end, and
	// maxReason how much of it a message quotes.
	maxOutput = 64 << 10
	maxReason = 600
)

// sizeOf is where the output of a program that is started now begins in the log.
func sizeOf(log string) int64 {
	info, err := os.Stat(log)
	if err != nil {
		return 0 // it is created
	}
	return info.Size()
}

// reason returns what the program wrote in the end about its end; "" when it wrote
// nothing. The log is there for the rest, so what cannot be read is no error.
func (p *Process) reason() string {
	f, err := os.Open(p.spec.Log)
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }()
	from := p.logFrom
	if size := sizeOf(p.spec.Log); size-from > maxOutput {
		from = size - maxOutput
	}
	text, err := io.ReadAll(io.NewSectionReader(f, from, maxOutput))
	if err != nil {
		return ""
	}
	return lastWords(string(text))
}

// lastWords finds the reason in an output: what Go's runtime and cobra begin a last
// message with, or else the last line. A stack trace is not part of it.
func lastWords(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	words := lines[len(lines)-1]
	for i, line := range lines {
		if strings.HasPrefix(line, "Error: ") || strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			words = strings.Join(lines[i:], " ")
			break
		}
	}
	words, _, _ = strings.Cut(words, "goroutine ")
	words = strings.Join(strings.Fields(words), " ")
	if len(words) > maxReason {
		words = strings.ToValidUTF8(words[:maxReason], "") + "..."
	}
	return words
}
