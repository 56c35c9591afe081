package conformance_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// unified are the names of the unified actions in package providers.
var unified = []string{
	"Create", "Destroy", "Exported", "Login", "LoginFailed", "Logout", "Updated",
	"UserCreated", "UserDeactivated", "UserDeleted", "UserInvited", "UserJoined", "UserUpdated",
}

const providersPath = "github.com/otelactivity/otelactivity/providers/"

// checkActionTable returns nil when the vendor's words become unified actions where a
// reader looks for it: in an actions.go of the provider, or of a package that the
// provider gets its mapping from. That it is a table is judged by what it does: the
// file and what stands beside it, but for mapping, requests and declaration, name at
// least two unified actions, in whatever form suits the vendor.
func checkActionTable(root, folder string) error {
	imports, err := importsOf(filepath.Join(root, folder))
	if err != nil {
		return err
	}
	for _, f := range append([]string{folder}, imports...) {
		if n := actionsNamed(filepath.Join(root, f)); n >= 2 {
			return nil
		}
	}
	return fmt.Errorf("%s has no action table: no actions.go in it, or in %v, that names unified actions", folder, imports)
}

// importsOf lists the folders of the providers' packages that the files of one import.
func importsOf(folder string) ([]string, error) {
	var found []string
	for _, path := range sources(folder) {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		for _, i := range file.Imports {
			if at, ok := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), providersPath); ok && !slices.Contains(found, at) {
				found = append(found, at)
			}
		}
	}
	return found, nil
}

// sources lists the Go files of a folder without its tests.
func sources(folder string) []string {
	files, _ := filepath.Glob(filepath.Join(folder, "*.go")) // the pattern is well-formed
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

// actionsNamed returns how many unified actions the tables of a folder name; 0
// without an actions.go.
func actionsNamed(folder string) int {
	if _, err := os.Stat(filepath.Join(folder, "actions.go")); err != nil {
		return 0
	}
	named := map[string]bool{}
	for _, path := range sources(folder) {
		switch filepath.Base(path) {
		case "mapping.go", "streams.go", "provider.go", "config.go":
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return 0
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if p, ok := s.X.(*ast.Ident); ok && p.Name == "providers" && slices.Contains(unified, s.Sel.Name) {
				named[s.Sel.Name] = true
			}
			return true
		})
	}
	return len(named)
}

func TestActionTablesAreFound(t *testing.T) {
	const (
		head  = "package x\nimport \"" + "github.com/otelactivity/otelactivity/providers\"\n"
		table = head + "var _ = providers.ActionTable{providers.Login: {\"in\"}, providers.Logout: {\"out\"}}\n"
	)
	for name, row := range map[string]struct {
		files map[string]string
		ok    bool
	}{
		"a table":                          {map[string]string{"a/actions.go": table}, true},
		"a switch":                         {map[string]string{"a/actions.go": head + "func f(s string) providers.Action {\nif s == \"in\" { return providers.Login }\nreturn providers.Logout }\n"}, true},
		"tables beside it":                 {map[string]string{"a/actions.go": head, "a/types.go": table}, true},
		"of a package that it imports":     {map[string]string{"a/provider.go": "package x\nimport _ \"" + providersPath + "b/log\"\n", "b/log/actions.go": table}, true},
		"of a package that it knows not":   {map[string]string{"a/provider.go": head, "b/log/actions.go": table}, false},
		"in the mapping":                   {map[string]string{"a/mapping.go": table}, false},
		"in the mapping, an empty file":    {map[string]string{"a/mapping.go": table, "a/actions.go": head}, false},
		"in a test":                        {map[string]string{"a/actions.go": head, "a/actions_test.go": table}, false},
		"imported by its test":             {map[string]string{"a/a_test.go": "package x\nimport _ \"" + providersPath + "b\"\n", "b/actions.go": table}, false},
		"one word, which is no table":      {map[string]string{"a/actions.go": head + "const _ = providers.Login\n"}, false},
		"nothing that looks like a source": {map[string]string{"a/README.md": "actions"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for path, text := range row.files {
				require.NoError(t, os.MkdirAll(filepath.Join(root, filepath.Dir(path)), 0o750))
				require.NoError(t, os.WriteFile(filepath.Join(root, path), []byte(text), 0o600))
			}
			err := checkActionTable(root, "a")
			assert.Equal(t, row.ok, err == nil, "%v", err)
		})
	}
}
