// Package version reports which version of the program runs.
package version

import (
	"runtime"
	"runtime/debug"
	"sync"

	"contactgraph/migrations"
)

// number is the version of a release. The linker sets it:
//
//	go build -ldflags '-X contactgraph/internal/version.number=v1.2.3'
var number string

// unknown is the version of a binary that was built outside a repository, or with -buildvcs=false,
// and without number.
const unknown = "devel"

// Info describes the binary.
type Info struct {
	// Version is that of the release; otherwise the pseudo-version of the revision, such as
	// v0.0.0-20261129175400-489e587c0a1b; otherwise devel.
	Version string `json:"version"`
	// Revision is the commit that the binary was built from, "" if it is unknown. It ends in -dirty
	// if files were modified.
	Revision string `json:"revision,omitempty"`
	// Go is the version of Go.
	Go string `json:"go"`
	// Migration is the newest migration that the binary has, such as 20261121221919_init. The
	// database can have newer ones of a later binary.
	Migration string `json:"migration"`
}

// Current returns the description of this binary.
var Current = sync.OnceValue(func() Info {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		build = &debug.BuildInfo{}
	}
	return Info{
		Version: versionOf(number, build.Main.Version), Revision: revisionOf(build.Settings),
		Go: runtime.Version(), Migration: migrations.Newest(),
	}
})

// versionOf chooses between the version that the linker has set and that of the module.
func versionOf(linked, module string) string {
	switch {
	case linked != "":
		return linked
	case module != "" && module != "(devel)":
		return module
	}
	return unknown
}

// revisionOf returns the revision that Go has recorded.
func revisionOf(settings []debug.BuildSetting) (revision string) {
	modified := false
	for _, s := range settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if revision != "" && modified {
		revision += "-dirty"
	}
	return revision
}
