// Command image writes the OCI image of a release, for all architectures, as a layout in a tar file.
// It needs no container engine, and the same inputs give the same bytes.
//
//	image -version v1.2.3 -revision REVISION -epoch SECONDS -license LICENSE -out FILE ARCH=BINARY…
package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// certificates are the certificates of the machine that builds the image, by which the server
// verifies identity providers, SMTP servers and PostgreSQL.
const certificates = "/etc/ssl/certs/ca-certificates.crt"

// user owns the data. It has no name in the image, so that Kubernetes can verify runAsNonRoot.
const user = 65532

type release struct {
	version, revision, license string
	created                    time.Time
}

func main() {
	var r release
	flag.StringVar(&r.version, "version", "", "version of the release")
	flag.StringVar(&r.revision, "revision", "", "commit of the release")
	flag.StringVar(&r.license, "license", "LICENSE", "file with the license")
	epoch := flag.Int64("epoch", 0, "time of the release, in seconds since 1970")
	out := flag.String("out", "", "file to write")
	flag.Parse()
	r.created = time.Unix(*epoch, 0).UTC()
	if err := r.write(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// write writes an index with an image for each ARCH=BINARY.
func (r release) write(out string, binaries []string) error {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, text := range binaries {
		arch, binary, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("%q is not ARCH=BINARY", text)
		}
		image, err := r.image(arch, binary)
		if err != nil {
			return err
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{
			Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}},
		})
	}
	folder, err := os.MkdirTemp("", "image")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	// The index of a layout has one entry, so that tools find the image by its version.
	path, err := layout.Write(folder, empty.Index)
	if err != nil {
		return err
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": r.version})); err != nil {
		return err
	}
	return r.pack(folder, out)
}

func (r release) image(arch, binary string) (v1.Image, error) {
	layer, err := r.layer(binary)
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: r.created}, CreatedBy: "make release"}})
	if err != nil {
		return nil, err
	}
	file, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	file = file.DeepCopy()
	file.Created, file.OS, file.Architecture = v1.Time{Time: r.created}, "linux", arch
	file.Config = v1.Config{
		User:         fmt.Sprintf("%d:%d", user, user),
		Entrypoint:   []string{"/usr/bin/contactgraph"},
		Cmd:          []string{"serve"},
		Env:          []string{"PATH=/usr/bin", "CONTACTGRAPH_ADDR=:8080", "CONTACTGRAPH_LOG_FORMAT=json"},
		WorkingDir:   "/var/lib/contactgraph",
		ExposedPorts: map[string]struct{}{"8080/tcp": {}},
		Volumes:      map[string]struct{}{"/var/lib/contactgraph": {}},
		Labels: map[string]string{
			"org.opencontainers.image.title":       "contactgraph",
			"org.opencontainers.image.description": "A server for customer contacts",
			"org.opencontainers.image.licenses":    "Apache-2.0",
			"org.opencontainers.image.version":     r.version,
			"org.opencontainers.image.revision":    r.revision,
			"org.opencontainers.image.created":     r.created.Format(time.RFC3339),
		},
	}
	return mutate.ConfigFile(image, file)
}

// layer returns the only layer of an image. It is packed once, because layers are read repeatedly.
func (r release) layer(binary string) (v1.Layer, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, folder := range []string{"etc", "etc/ssl", "etc/ssl/certs", "tmp", "usr", "usr/bin", "usr/share", "usr/share/doc", "usr/share/doc/contactgraph", "var", "var/lib"} {
		mode := int64(0o755)
		if folder == "tmp" { // SQLite sorts large results in it
			mode = 0o1777
		}
		if err := r.add(w, &tar.Header{Typeflag: tar.TypeDir, Name: folder + "/", Mode: mode}, ""); err != nil {
			return nil, err
		}
	}
	err := errors.Join(
		r.add(w, &tar.Header{Typeflag: tar.TypeDir, Name: "var/lib/contactgraph/", Mode: 0o700, Uid: user, Gid: user}, ""),
		r.add(w, &tar.Header{Name: strings.TrimPrefix(certificates, "/"), Mode: 0o644}, certificates),
		r.add(w, &tar.Header{Name: "usr/share/doc/contactgraph/LICENSE", Mode: 0o644}, r.license),
		r.add(w, &tar.Header{Name: "usr/bin/contactgraph", Mode: 0o755}, binary),
		w.Close(),
	)
	if err != nil {
		return nil, err
	}
	return tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Bytes())), nil },
		tarball.WithMediaType(types.OCILayer))
}

// add adds a folder, or the content of a file, with the time of the release.
func (r release) add(w *tar.Writer, h *tar.Header, file string) error {
	var content []byte
	if file != "" {
		var err error
		if content, err = os.ReadFile(file); err != nil {
			return err
		}
		h.Typeflag, h.Size = tar.TypeReg, int64(len(content))
	}
	h.ModTime, h.Format = r.created, tar.FormatPAX
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	_, err := w.Write(content)
	return err
}

// pack writes the files of a folder, in their order, to a tar file.
func (r release) pack(folder, out string) error {
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		name, err := filepath.Rel(folder, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return r.add(w, &tar.Header{Typeflag: tar.TypeDir, Name: name + "/", Mode: 0o755}, "")
		}
		return r.add(w, &tar.Header{Name: name, Mode: 0o644}, path)
	})
	return errors.Join(err, w.Close(), f.Close())
}
