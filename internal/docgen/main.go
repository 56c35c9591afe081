// Command docgen writes what documentation takes from code and golden files: the
// table of providers in README.md, the names and mappings in docs/schema.md, and in
// each provider's README which fields it fills, with an event in and out. `make
// generate` runs it; a test, and CI, fail when a block is stale.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/otelactivity/otelactivity/providers"
	"github.com/otelactivity/otelactivity/providers/all"
)

//go:generate go run . -root ../..

func main() {
	root := flag.String("root", ".", "folder of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	documents, err := generate(root, all.Providers())
	if err != nil {
		return err
	}
	for _, d := range documents {
		if d.fresh == d.old {
			continue
		}
		if err := os.WriteFile(d.path, []byte(d.fresh), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// document is a file with generated blocks, as it is and as it should be.
type document struct{ path, old, fresh string }

// generate returns all documents with fresh blocks.
func generate(root string, list []providers.Provider) ([]document, error) {
	table, err := providerTable(list)
	if err != nil {
		return nil, err
	}
	documents := []document{}
	add := func(path string, blocks map[string]string) error {
		d, err := renew(filepath.Join(root, path), blocks)
		documents = append(documents, d)
		return err
	}
	if err := add("README.md", map[string]string{"providers": table}); err != nil {
		return nil, err
	}
	vendors := make([]vendor, len(list))
	for i, p := range list {
		folder := filepath.Join("providers", p.Key)
		if vendors[i], err = readVendor(p, filepath.Join(root, folder, "testdata")); err != nil {
			return nil, err
		}
		block, err := vendors[i].block()
		if err != nil {
			return nil, err
		}
		if err := add(filepath.Join(folder, "README.md"), map[string]string{"record": block}); err != nil {
			return nil, err
		}
	}
	return documents, add(filepath.Join("docs", "schema.md"), map[string]string{
		"resource":   attributeTable(schemaResource),
		"attributes": attributeTable(schemaRecord),
		"fields":     mappingTable(),
		"actions":    actionTable(),
		"coverage":   coverageTable(vendors),
	})
}
