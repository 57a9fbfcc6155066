package powercut

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// diskSize is enough for all that the tests write.
const diskSize = 1 << 30

// disk is a file system whose power can be cut. It is always mounted, except for a moment in
// recover.
type disk struct {
	t     *testing.T
	image string // the file that contains it
	dir   string // where it is mounted
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	if os.Geteuid() != 0 {
		cannot(t, "only root can mount a file system and cut its power")
	}
	dir := t.TempDir()
	d := &disk{t: t, image: filepath.Join(dir, "image"), dir: filepath.Join(dir, "disk")}
	if err := os.Mkdir(d.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(d.image)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(diskSize); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"mkfs.ext4", "-q", d.image}, d.mounting()} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			cannot(t, fmt.Sprintf("root cannot create a disk here: %q: %v: %s", command, err, out))
		}
	}
	t.Cleanup(func() {
		if err := unix.Unmount(d.dir, unix.MNT_DETACH); err != nil {
			t.Errorf("unmounting %s: %v", d.dir, err)
		}
	})
	return d
}

// mounting is the command that mounts the disk.
func (d *disk) mounting() []string { return []string{"mount", "-o", "loop", d.image, d.dir} }

// ioctls of ext4: EXT4_IOC_SHUTDOWN is _IOR('X', 125, __u32), and EXT4_GOING_FLAGS_NOLOGFLUSH drops
// the part of the journal that is only in memory.
const (
	shutdown   = 0x8004587d
	noLogFlush = 2
)

// moment is when the power failed. A write that was acknowledged before begin must exist. A write
// between begin and end proves nothing: ext4 may return success from its fsync, while a machine
// without power would not return. A write that begins after end must not be acknowledged.
type moment struct{ begin, end time.Time }

// cut cuts the power: from now on nothing reaches the disk, and what had not reached it is lost.
func (d *disk) cut() (m moment) {
	d.t.Helper()
	f, err := os.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer f.Close()
	m.begin = time.Now()
	err = unix.IoctlSetPointerInt(int(f.Fd()), shutdown, noLogFlush)
	m.end = time.Now()
	if err != nil {
		d.t.Fatalf("cutting the power: %v", err)
	}
	return m
}

// recover mounts the disk again, as soon as no process uses it.
func (d *disk) recover() {
	d.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Unmount(d.dir, 0)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			d.t.Fatalf("unmounting %s: %v", d.dir, err)
		}
	}
	command := d.mounting()
	if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
		d.t.Fatalf("%q: %v: %s", command, err, out)
	}
}

// file is the name of a file on the disk.
func (d *disk) file(name string) string { return filepath.Join(d.dir, name) }
