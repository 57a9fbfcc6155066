package version

import (
	"runtime"
	"runtime/debug"
	"testing"

	"contactgraph/migrations"
)

func TestVersionOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, linked, module, want string }{
		{"the linker's version comes first", "v1.2.3", "v0.0.0-20261129175400-489e587c0a1b", "v1.2.3"},
		{"then that of the module", "", "v0.0.0-20261129175400-489e587c0a1b+dirty", "v0.0.0-20261129175400-489e587c0a1b+dirty"},
		{"Go's word for an unknown version is not shown", "", "(devel)", "devel"},
		{"without build information", "", "", "devel"},
	} {
		if got := versionOf(c.linked, c.module); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestRevisionOf(t *testing.T) {
	t.Parallel()
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "489e587"}
	for _, c := range []struct {
		name     string
		settings []debug.BuildSetting
		want     string
	}{
		{"none", nil, ""},
		{"clean", []debug.BuildSetting{revision, {Key: "vcs.modified", Value: "false"}}, "489e587"},
		{"modified", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}, revision}, "489e587-dirty"},
		{"modified, but unknown", []debug.BuildSetting{{Key: "vcs.modified", Value: "true"}}, ""},
	} {
		if got := revisionOf(c.settings); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCurrent(t *testing.T) {
	t.Parallel()
	got := Current()
	if got.Version == "" || got.Go != runtime.Version() || got.Migration != migrations.Newest() {
		t.Errorf("%+v", got)
	}
}
