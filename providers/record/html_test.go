package record_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelactivity/otelactivity/providers/record"
)

func TestHTML(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want bool
	}{
		"page":               {"<!DOCTYPE html><html></html>", true},
		"after blank lines":  {"\r\n\t <html>", true},
		"after a mark":       {"\ufeff<html>", true},
		"object":             {`{"a":"<html>"}`, false},
		"list":               {"[]", false},
		"plain text":         {"Unauthorized", false},
		"nothing":            {"", false},
		"nothing but spaces": {" \n", false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, record.HTML(tt.body)) })
	}
}
