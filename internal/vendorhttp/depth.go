package vendorhttp

import "strings"

// maxDepth is how deep JSON may nest: far beyond any vendor's records, far below
// what makes a recursive decoder run out of stack. It is so high that an ordinary
// page has fewer brackets altogether.
const maxDepth = 1 << 16

// tooDeep tells whether JSON text nests deeper than limit. Text that does not begin
// like an object or array is not looked at.
func tooDeep(text string, limit int) bool {
	// Counting is many times faster than the scan, and enough for nearly all answers.
	if strings.Count(text, "{")+strings.Count(text, "[") <= limit {
		return false
	}
	start := strings.TrimLeft(text, " \t\r\n")
	if start == "" || start[0] != '{' && start[0] != '[' {
		return false
	}
	depth := 0
	for i := 0; i < len(text); i++ {
		switch step := steps[text[i]]; step {
		case 0:
		case quote:
			i++
			for i < len(text) && text[i] != '"' {
				if text[i] == '\\' {
					i++
				}
				i++
			}
		default:
			if depth += int(step); depth > limit {
				return true
			}
		}
	}
	return false
}

const quote = 2

// steps is what a byte outside of strings does to the depth.
var steps = [256]int8{'{': 1, '[': 1, '}': -1, ']': -1, '"': quote}
