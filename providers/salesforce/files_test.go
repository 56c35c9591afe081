package salesforce

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/providertest"
)

const header = `"EVENT_TYPE","TIMESTAMP","REQUEST_ID","ORGANIZATION_ID","USER_ID","TIMESTAMP_DERIVED","USER_ID_DERIVED","CLIENT_IP","LOGIN_STATUS","USER_NAME","URI_ID_DERIVED","REPORT_DESCRIPTION","DELEGATED_USER_ID","DELEGATED_USER_ID_DERIVED","DELEGATED_USER_NAME","BROWSER_TYPE"` + "\n"

func row(values ...string) string {
	fields := make([]string, 16)
	copy(fields, values)
	for i := range fields {
		fields[i] = strconv.Quote(fields[i])
	}
	return strings.Join(fields, ",") + "\n"
}

func TestListNamesEveryFileAsABranch(t *testing.T) {
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	page, err := stream.Fetch(t.Context(), org(`{"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01g-200","records":[
		{"Id":"0AT1","LogFile":"/services/data/v60.0/sobjects/EventLogFile/0AT1/LogFile","LogFileLength":1843.0},{"Id":"0AT2","LogFile":null}]}`), providers.Query{PageSize: 2000})
	require.NoError(t, err)
	assert.Equal(t, []string{"file /services/data/v60.0/sobjects/EventLogFile/0AT1/LogFile 1843 0"}, page.Branches)
	assert.Empty(t, page.Events)
	assert.Len(t, page.Skipped, 1, "a file without an address is reported")
	assert.Equal(t, "list /services/data/v60.0/query/01g-200", page.Next)
	client := org(`{"done":true,"records":[]}`)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: page.Next, PageSize: 2000})
	require.NoError(t, err)
	assert.Equal(t, "/services/data/v60.0/query/01g-200", client.Requests()[0].Link)
}

// What is hidden, or not there in an org without hourly files, is left out from then
// on: https://github.com/Azure/Azure-Sentinel/issues/4347
func TestHiddenFieldOfFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		interval, hidden string
		want             string // in the query that is asked at last; "" for none
	}{
		"daily":           {"daily", "Interval", "WHERE Sequence = 0 AND"},
		"hourly":          {"hourly", "Interval", "WHERE Sequence != 0 AND"},
		"another field":   {"hourly", "ApiVersion", "SELECT FIELDS(STANDARD) FROM EventLogFile WHERE Interval = 'Hourly' AND"},
		"what must be":    {"hourly", "CreatedDate", ""},
		"not even by one": {"daily", "EventType", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source := open(t, func(c *Config) { c.ELFInterval = tt.interval }, providers.Options{})
			var asked []string
			client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
				asked = append(asked, r.Query[0].Value)
				if strings.Contains(asked[len(asked)-1], tt.hidden) {
					return nil, providertest.Classified(source, &providers.Response{Status: 400, Body: `[{"errorCode":"INVALID_FIELD","message":"No such column '` + tt.hidden + `' on entity 'EventLogFile'"}]`})
				}
				return &providers.Response{Status: 200, Body: `{"done":true,"records":[]}`}, nil
			}}
			for range 2 {
				_, err := providertest.Stream(t, source, streamFiles).Fetch(t.Context(), client, providers.Query{PageSize: 2000})
				if tt.want == "" {
					assert.Equal(t, providers.Denied, providers.ClassOf(err))
					continue
				}
				require.NoError(t, err)
			}
			assert.Len(t, asked, 3)
			assert.Contains(t, asked[2], tt.want)
		})
	}
}

// readFile reads a file by pages of size and returns its activities.
func readFile(t *testing.T, stream providers.Stream, client *providertest.Client, size int) []providertest.Fields {
	t.Helper()
	var out []providertest.Fields
	cursor := "file /LogFile 0 0"
	for range 100 {
		page, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: cursor, PageSize: size})
		require.NoError(t, err)
		for _, e := range page.Events {
			out = append(out, providertest.FieldsOf(stream.Decode(e)))
		}
		if !page.More {
			return out
		}
		require.NotEqual(t, cursor, page.Next)
		cursor = page.Next
	}
	require.Fail(t, "the file does not end")
	return nil
}

func TestFile(t *testing.T) {
	csv := header +
		row("Logout", "20260313091422.118", "4req", "00D5g000004AbCd", "0055g00000AbCdE", "2026-03-13T09:14:22.118Z", "0055g00000AbCdEAAV", "192.0.2.14") +
		row("Logout", "20260313091422.118", "4req", "00D5g000004AbCd", "0055g00000AbCdE", "2026-03-13T09:14:22.118Z", "0055g00000AbCdEAAV", "Salesforce.com IP") +
		row("Login", "20260313091507.13", "5req", "00D9x000000ZzZz", "0055g00000AbCdF", "", "", "192.0.2.15", "LOGIN_ERROR_PASSWORD", "ben@example.com", "", "", "", "", "", "Mozilla/5.0") +
		row("ReportExport", "20260313091600.000", "6req", "", "0055g00000AbCdF", "2026-03-13T09:16:00.000Z", "0055g00000AbCdFAAV", "", "", "", "00O5g", "Umsatz, \n\\\"2026\\\"", "", "", "", "9100")
	csv = strings.ReplaceAll(csv, `\\\"`, `""`)
	csv = strings.ReplaceAll(csv, `\n`, "\n")
	csv += row("LoginAs", "20260313091700.000", "7req", "", "0055g00000AbCdG", "2026-03-13T09:17:00.000Z", "0055g00000AbCdGAAV", "", "", "", "", "", "0055g00000AbCdE", "0055g00000AbCdEAAV", "ada@example.com")
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	whole := readFile(t, stream, org(csv), 2000)
	require.Len(t, whole, 5)
	assert.Equal(t, whole, readFile(t, stream, org(csv), 2), "pages do not change what a file holds")

	assert.Equal(t, "Logout:4req:20260313091422.118", whole[0]["id"])
	assert.Equal(t, "Logout:4req:20260313091422.118:2", whole[1]["id"], "the same id in one file is another event")
	assert.Equal(t, orgID, whole[0]["organization"], "one org has one id")
	assert.Equal(t, "00D9x000000ZzZz", whole[2]["organization"])
	assert.Empty(t, whole[1]["context.ip"])
	assert.Equal(t, "login_failed", whole[2]["action"])
	assert.Equal(t, "2026-03-13T09:15:07.13Z", whole[2]["created_at"])
	assert.Equal(t, "ben@example.com", whole[2]["actor.email"])
	assert.Equal(t, "exported", whole[3]["action"])
	assert.Equal(t, "00O5g", whole[3]["entity.id"])
	assert.Contains(t, whole[3]["description"], "\n", "a line break inside a value is no new row")
	assert.Empty(t, whole[3]["context.user_agent"], "a code is no browser")
	assert.Equal(t, "LoginAs", whole[4]["action"])
	assert.Equal(t, "0055g00000AbCdEAAV", whole[4]["actor.id"], "the actor is who logged in as somebody else")
	assert.Equal(t, "0055g00000AbCdGAAV", whole[4]["entity.id"])
}

func TestAFileGoesOnAfterItsSpoolIsGone(t *testing.T) {
	csv := header + row("Logout", "1", "a") + row("Logout", "1", "a") + row("Logout", "2", "b")
	stream := func() providers.Stream { return providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles) }
	first, err := stream().Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /LogFile 0 0", PageSize: 1})
	require.NoError(t, err)
	rest, err := stream().Fetch(t.Context(), org(csv), providers.Query{Cursor: first.Next, PageSize: 10})
	require.NoError(t, err)
	require.Len(t, rest.Events, 2)
	a, _ := stream().Decode(rest.Events[0])
	assert.Equal(t, "Logout:a:1:2", a.ID, "the count of equal ids is that of the whole file")
}

// Ids that come again are numbered wherever they may stand, without a memory of every
// row of the file.
func TestRepeatsAreCountedInBoundedMemory(t *testing.T) {
	for name, tt := range map[string]struct {
		others int // between two rows of one id
		want   []uint32
	}{
		"next to each other": {0, []uint32{1, 2, 3, 4}},
		"among others":       {1000, []uint32{1, 2, 3, 4}},
		"as far as is kept":  {maxTimes - 1, []uint32{1, 2, 3, 4}},
	} {
		t.Run(name, func(t *testing.T) {
			r, n := newRepeats(), 0
			for _, want := range tt.want {
				assert.Equal(t, want, r.count("Logout:4req:20260313091422.118"))
				for range tt.others {
					n++
					if r.count(strconv.Itoa(n)) != 1 {
						t.Fatalf("row %d counts as a repeat", n)
					}
				}
			}
			assert.LessOrEqual(t, len(r.recent), maxTimes)
			assert.LessOrEqual(t, len(r.older), maxTimes)
		})
	}
}

// A list that lies about a length must not fill the disk, and not lose the file.
func TestBoundOfADownload(t *testing.T) {
	for length, want := range map[int64]int64{
		-1: 0, 0: 0, 7: 64 << 20, 64 << 20: 1 << 30, 10 << 30: 160 << 30, 1<<63 - 1: 16 << 40,
	} {
		client := org(header + row("Logout", "1", "a"))
		stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
		_, _ = stream.Fetch(t.Context(), client, providers.Query{Cursor: fmt.Sprintf("file /LogFile %d 0", length), PageSize: 10})
		assert.Equal(t, want, client.Requests()[0].MaxBytes, "length %d", length)
	}
}

func TestPurgedFileIsReported(t *testing.T) {
	source := open(t, nil, providers.Options{})
	stream := providertest.Stream(t, source, streamFiles)
	_, err := stream.Fetch(t.Context(), providertest.Refuse(source, 404, nil, "<html>no such page</html>"), providers.Query{Cursor: "file /LogFile 0 0", PageSize: 10})
	assert.Equal(t, providers.Denied, providers.ClassOf(err), "a proxy's word is not the vendor's")
	client := providertest.Refuse(source, 404, nil, `[{"errorCode":"NOT_FOUND"}]`)
	page, err := stream.Fetch(t.Context(), client, providers.Query{Cursor: "file /LogFile 0 0", PageSize: 10})
	require.NoError(t, err)
	assert.Equal(t, []providers.Skip{{Reason: "purged", Detail: "/LogFile", Count: 1}}, page.Skipped)
}

func TestBrokenDownload(t *testing.T) {
	client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		return &providers.Response{Status: 200, Stream: io.NopCloser(io.MultiReader(strings.NewReader(header), brokenReader{}))}, nil
	}}
	_, err := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles).Fetch(t.Context(), client, providers.Query{Cursor: "file /LogFile 0 0", PageSize: 10})
	assert.Equal(t, providers.Transient, providers.ClassOf(err))
}

// Garbage in the middle of a CSV file may be a CSV file, too: with rows missing.
func TestLengthOfADownload(t *testing.T) {
	whole := header + row("Logout", "1", "a") + row("Logout", "2", "b")
	cut := header + row("Logout", "1", "a")
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	read := func(csv string, length int) (int, error) {
		page, err := stream.Fetch(t.Context(), org(csv), providers.Query{Cursor: fmt.Sprintf("file /LogFile %d 0", length), PageSize: 10})
		return len(page.Events), err
	}
	for range 2 {
		_, err := read(cut, len(whole))
		assert.Equal(t, providers.Transient, providers.ClassOf(err))
		assert.ErrorContains(t, err, "bytes came of a file of "+strconv.Itoa(len(whole)))
	}
	n, err := read(whole, len(whole))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	for range patience - 1 {
		_, err = read(whole, 7)
		assert.Error(t, err)
	}
	n, err = read(whole, 7)
	require.NoError(t, err, "what always comes is the file, whatever the list says")
	assert.Equal(t, 2, n)
}

func TestAPageIsNoFile(t *testing.T) {
	client := &providertest.Client{Answer: func(providers.Request) (*providers.Response, error) {
		return &providers.Response{
			Status: 200, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
			Stream: io.NopCloser(strings.NewReader("<html>Sign in</html>")),
		}, nil
	}}
	_, err := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles).Fetch(t.Context(), client, providers.Query{Cursor: "file /LogFile 0 0", PageSize: 10})
	assert.Equal(t, providers.Transient, providers.ClassOf(err))
	assert.ErrorContains(t, err, "instead of a file")
}

// The user who is looked up for a row is the one who acts.
func TestActorsOfRowsAreLookedUp(t *testing.T) {
	csv := header +
		row("Logout", "20260313091422.118", "4req", "", "", "", "0055g00000AbCdEAAV") +
		row("LoginAs", "20260313091423.118", "5req", "", "", "", "0055g00000AbCdGAAV", "", "", "", "", "", "", "0055g00000AbCdEAAV")
	stream := providertest.Stream(t, open(t, func(c *Config) { c.ResolveUsers = true }, providers.Options{}), streamFiles)
	rows := readFile(t, stream, org(csv), 10)
	require.Len(t, rows, 2)
	for _, r := range rows {
		assert.Equal(t, "0055g00000AbCdEAAV", r["actor.id"])
		assert.Equal(t, "Ada Admin", r["actor.name"])
		assert.Equal(t, "ada.admin@example.com", r["actor.email"])
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNoSpoolIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	csv := header + row("Logout", "1", "a") + row("Logout", "2", "b")
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	readFile(t, stream, org(csv), 1)
	_, err := stream.Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /other 0 0", PageSize: 1})
	require.NoError(t, err)
	_, err = stream.Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /third 0 0", PageSize: 10})
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "a file that was given up goes when the next one comes")
}
