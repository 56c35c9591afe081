package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/otelactivity/otelactivity/internal/vendorsim"
	"github.com/otelactivity/otelactivity/internal/vendorsim/all"
)

// history is what the events of all streams depend on.
type history struct {
	Origin time.Time `json:"origin"`
	Seed   uint64    `json:"seed"`
	Rate   float64   `json:"rate"`
}

// begin returns the history of the state file, or begins a new one.
func begin(o options, now time.Time) (history, error) {
	h := history{Origin: now.Add(-o.backlog).UTC().Truncate(time.Second), Seed: o.seed, Rate: o.rate}
	if o.state == "" {
		return h, nil
	}
	text, err := os.ReadFile(o.state)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = json.Marshal(h)
		if err != nil {
			return h, err
		}
		return h, writeFile(o.state, append(text, '\n'))
	}
	if err != nil {
		return h, err
	}
	var kept history
	if err := json.Unmarshal(text, &kept); err != nil {
		return h, fmt.Errorf("%s: %w", o.state, err)
	}
	if kept.Seed != h.Seed || kept.Rate != h.Rate {
		return h, fmt.Errorf("%s: the history was begun with -seed %d -rate %v; use the same, or remove the file to begin a new one",
			o.state, kept.Seed, kept.Rate)
	}
	return kept, nil
}

// writeFile replaces a file in one step, so that nobody reads half of it.
func writeFile(path string, text []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".vendorsim-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

type sim struct {
	vendor vendorsim.Vendor
	server *vendorsim.Server
}

type servers struct {
	control *vendorsim.Server
	sims    []sim
}

func (s *servers) close() {
	for _, v := range s.sims {
		_ = v.server.Close()
	}
	if s.control != nil {
		_ = s.control.Close()
	}
}

// hangShare makes hanging answers rarer than other faults: each costs a client its
// whole time-out.
const hangShare = 0.1

// serve starts a server per vendor. A vendor's port follows from its place among
// all vendors, whichever are chosen.
func serve(o options, h history, vendors []vendorsim.Vendor) (*servers, error) {
	ports := map[string]int{}
	for i, v := range all.Vendors() {
		ports[v.Key] = o.basePort + 1 + i
	}
	s := &servers{}
	var worlds []*vendorsim.World
	for _, v := range vendors {
		w := vendorsim.NewWorld(v, vendorsim.Options{Seed: h.Seed})
		w.RunAll(vendorsim.Plausible(h.Origin, time.Duration(float64(time.Second)/h.Rate)))
		w.Faults.Harmless(o.faults)
		w.Faults.Set(vendorsim.Hang, o.faults*hangShare)
		w.ScaleLimits(o.limits)
		server, err := listen(o.host, ports[v.Key], v.Key, w.Handler())
		if err != nil {
			s.close()
			return nil, err
		}
		s.sims = append(s.sims, sim{v, server})
		worlds = append(worlds, w)
	}
	control, err := listen(o.host, o.basePort, "the control endpoints", vendorsim.Control(worlds...))
	if err != nil {
		s.close()
		return nil, err
	}
	s.control = control
	return s, nil
}

func listen(host string, port int, what string, h http.Handler) (*vendorsim.Server, error) {
	server, err := vendorsim.Listen(net.JoinHostPort(host, strconv.Itoa(port)), h)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d for %s is in use by another program; choose another -base-port", port, what)
	}
	return server, err
}

// writeConfig writes the fragment that points a collector to the simulators.
func writeConfig(o options, s *servers) error {
	providers := map[string]any{}
	for _, v := range s.sims {
		providers[v.vendor.Key] = v.vendor.Config(v.server.URL)
		if !o.variants {
			continue
		}
		for name, config := range v.vendor.Variants {
			providers[v.vendor.Key+"/"+name] = config(v.server.URL)
		}
	}
	text, err := yaml.Marshal(map[string]any{
		"receivers": map[string]any{"activity": map[string]any{"providers": providers}},
	})
	if err != nil {
		return err
	}
	return writeFile(o.configOut, append([]byte("# Written by vendorsim; all credentials are made up.\n"), text...))
}
