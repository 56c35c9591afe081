package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers/record"
)

// The sums were made with sha256sum.
func TestDigest(t *testing.T) {
	for name, tt := range map[string]struct {
		parts []string
		want  string
	}{
		"none":         {nil, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		"one":          {[]string{"abc"}, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		"joined":       {[]string{"a", "", "b"}, "38022fd2b8dbc5cb3d2cee74e083edbf59e3d4e13d067ebcb5db633d4cff4d8c"},
		"order counts": {[]string{"b", "", "a"}, "74fd0fd97cc4b9baf18dacb862aedf844935d04a3c59dc81ed735292086f785a"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, record.Digest(tt.parts...)) })
	}
}
