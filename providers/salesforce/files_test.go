package salesforce

import (
	"io"
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
		{"Id":"0AT1","LogFile":"/services/data/v60.0/sobjects/EventLogFile/0AT1/LogFile"},{"Id":"0AT2","LogFile":null}]}`), providers.Query{PageSize: 2000})
	require.NoError(t, err)
	assert.Equal(t, []string{"file /services/data/v60.0/sobjects/EventLogFile/0AT1/LogFile 0"}, page.Branches)
	assert.Empty(t, page.Events)
	assert.Len(t, page.Skipped, 1, "a file without an address is reported")
	assert.Equal(t, "list /services/data/v60.0/query/01g-200", page.Next)
	client := org(`{"done":true,"records":[]}`)
	_, err = stream.Fetch(t.Context(), client, providers.Query{Cursor: page.Next, PageSize: 2000})
	require.NoError(t, err)
	assert.Equal(t, "/services/data/v60.0/query/01g-200", client.Requests()[0].Link)
}

func TestHiddenInterval(t *testing.T) {
	source := open(t, func(c *Config) { c.ELFInterval = "daily" }, providers.Options{})
	var last string
	client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		last = r.Query[0].Value
		if strings.Contains(last, "Interval") {
			return nil, providertest.Classified(source, &providers.Response{Status: 400, Body: `[{"errorCode":"INVALID_FIELD","message":"No such column 'Interval' on entity 'EventLogFile'"}]`})
		}
		return &providers.Response{Status: 200, Body: `{"done":true,"records":[]}`}, nil
	}}
	_, err := providertest.Stream(t, source, streamFiles).Fetch(t.Context(), client, providers.Query{PageSize: 2000})
	require.NoError(t, err)
	assert.Contains(t, last, "WHERE Sequence = 0 AND")
}

// readFile reads a file by pages of size and returns its activities.
func readFile(t *testing.T, stream providers.Stream, client *providertest.Client, size int) []providertest.Fields {
	t.Helper()
	var out []providertest.Fields
	cursor := "file /LogFile 0"
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
	first, err := stream().Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /LogFile 0", PageSize: 1})
	require.NoError(t, err)
	rest, err := stream().Fetch(t.Context(), org(csv), providers.Query{Cursor: first.Next, PageSize: 10})
	require.NoError(t, err)
	require.Len(t, rest.Events, 2)
	a, _ := stream().Decode(rest.Events[0])
	assert.Equal(t, "Logout:a:1:2", a.ID, "the count of equal ids is that of the whole file")
}

func TestPurgedFileIsReported(t *testing.T) {
	source := open(t, nil, providers.Options{})
	client := providertest.Refuse(source, 404, nil, `[{"errorCode":"NOT_FOUND"}]`)
	page, err := providertest.Stream(t, source, streamFiles).Fetch(t.Context(), client, providers.Query{Cursor: "file /LogFile 0", PageSize: 10})
	require.NoError(t, err)
	assert.Equal(t, []providers.Skip{{Reason: "purged", Detail: "/LogFile", Count: 1}}, page.Skipped)
}

func TestBrokenDownload(t *testing.T) {
	client := &providertest.Client{Answer: func(r providers.Request) (*providers.Response, error) {
		return &providers.Response{Status: 200, Stream: io.NopCloser(io.MultiReader(strings.NewReader(header), brokenReader{}))}, nil
	}}
	_, err := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles).Fetch(t.Context(), client, providers.Query{Cursor: "file /LogFile 0", PageSize: 10})
	assert.Equal(t, providers.Transient, providers.ClassOf(err))
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNoSpoolIsLeftBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	csv := header + row("Logout", "1", "a") + row("Logout", "2", "b")
	stream := providertest.Stream(t, open(t, nil, providers.Options{}), streamFiles)
	readFile(t, stream, org(csv), 1)
	_, err := stream.Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /other 0", PageSize: 1})
	require.NoError(t, err)
	_, err = stream.Fetch(t.Context(), org(csv), providers.Query{Cursor: "file /third 0", PageSize: 10})
	require.NoError(t, err)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	assert.Empty(t, left, "a file that was given up goes when the next one comes")
}
