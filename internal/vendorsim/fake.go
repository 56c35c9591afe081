package vendorsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
)

// Person is somebody who works at the simulated customer.
type Person struct {
	N           int // stable number, for ids
	Name, Email string
}

// People are the employees: few enough to come again, with names that are not ASCII.
var People = []Person{
	{1, "Ana Ruiz", "ana.ruiz@example.com"},
	{2, "Leo Voss", "leo.voss@example.com"},
	{3, "Zoë Müller-Lüdenscheidt", "zoe.mueller@example.com"},
	{4, "山田 太郎", "taro.yamada@example.com"},
	{5, "Siobhán O'Neill", "siobhan.oneill@example.com"},
	{6, "Олена Шевченко", "olena.shevchenko@example.org"},
	{7, "محمد الأحمد", "mohammed@example.org"},
	{8, "Nguyễn Thị Hoa", "hoa.nguyen@example.net"},
	{9, "José \"Pepe\" García", "pepe+audit@example.com"},
	{10, "Ida <b>Holm</b> & Søn", "ida.holm@example.net"},
	{11, "🦊 Fox", "fox@example.com"},
	{12, "Ray O. Backslash\\Slash/", "ray@example.com"},
}

// Pick returns one of the choices. Repeat a choice to make it more likely.
func Pick[T any](rnd *rand.Rand, choices ...T) T { return choices[rnd.IntN(len(choices))] }

// OneIn is true once in n times.
func OneIn(rnd *rand.Rand, n int) bool { return rnd.IntN(n) == 0 }

// IP returns an address of the documentation ranges, one in six of them IPv6 (RFC
// 5737, RFC 3849).
func IP(rnd *rand.Rand) string {
	if OneIn(rnd, 6) {
		b := netip.MustParseAddr("2001:db8::").As16()
		for i := 4; i < 16; i++ {
			if !OneIn(rnd, 2) {
				b[i] = byte(rnd.IntN(256))
			}
		}
		return netip.AddrFrom16(b).String()
	}
	return fmt.Sprintf("%s.%d", Pick(rnd, "192.0.2", "198.51.100", "203.0.113"), 1+rnd.IntN(254))
}

// UserAgent returns a browser's or a program's user agent.
func UserAgent(rnd *rand.Rand) string {
	return Pick(rnd,
		"Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X)", "curl/8.8.0", "python-requests/2.32.3", "okhttp/4.12.0")
}

const (
	hexDigits    = "0123456789abcdef"
	alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

func text(rnd *rand.Rand, alphabet string, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(alphabet[rnd.IntN(len(alphabet))])
	}
	return b.String()
}

// Hex returns n random hexadecimal digits.
func Hex(rnd *rand.Rand, n int) string { return text(rnd, hexDigits, n) }

// Alnum returns n random letters and digits.
func Alnum(rnd *rand.Rand, n int) string { return text(rnd, alphanumeric, n) }

// UUID returns a random version 4 UUID.
func UUID(rnd *rand.Rand) string {
	return fmt.Sprintf("%s-%s-4%s-%s%s-%s", Hex(rnd, 8), Hex(rnd, 4), Hex(rnd, 3), Pick(rnd, "8", "9", "a", "b"), Hex(rnd, 3), Hex(rnd, 12))
}

// JSON returns v as compact JSON without HTML escapes. Values that cannot be
// marshalled are a bug of the simulator.
func JSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(fmt.Sprintf("vendorsim: %v", err))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// Array joins rows to a JSON array, bytes untouched.
func Array(rows []*Entry) string { return "[" + strings.Join(Raws(rows), ",") + "]" }
