package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// machine describes what the figures depend on, apart from the programs.
type machine struct {
	Cores      int           `json:"cores"`
	CPU        string        `json:"cpu"`
	Go         string        `json:"go"`
	Kernel     string        `json:"kernel"`
	Load       string        `json:"load"` // before the run
	Dir        string        `json:"dir"`
	FileSystem string        `json:"fileSystem"`
	Fsync      time.Duration `json:"fsync"`    // median
	FsyncP99   time.Duration `json:"fsyncP99"` // of fsyncs
}

// describeMachine describes the machine and the disk of dir.
func describeMachine(dir string) (machine, error) {
	m := machine{Cores: runtime.NumCPU(), Go: runtime.Version(), Dir: filepath.Dir(dir)}
	var errs [3]error
	m.Kernel, errs[0] = firstLine("/proc/sys/kernel/osrelease")
	m.Load, errs[1] = firstLine("/proc/loadavg")
	m.FileSystem, errs[2] = fileSystem(dir)
	if err := errors.Join(errs[:]...); err != nil {
		return m, err
	}
	m.CPU = cpuModel()
	latencies, err := fsyncs(dir)
	if err != nil {
		return m, err
	}
	m.Fsync, m.FsyncP99 = percentile(latencies, 50), percentile(latencies, 99)
	return m, nil
}

func firstLine(file string) (string, error) {
	text, err := os.ReadFile(filepath.Clean(file))
	line, _, _ := strings.Cut(string(text), "\n")
	return line, err
}

// cpuModel returns the name of the processor, or "" if Linux does not provide it.
func cpuModel() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(text), "model name")
	name, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
}

// fileSystems are the common file systems by their number in statfs(2).
var fileSystems = map[int64]string{
	0xEF53: "ext4", 0x58465342: "xfs", 0x9123683E: "btrfs", 0x2FC12FC1: "zfs", 0xF2F52010: "f2fs", 0x794C7630: "overlayfs", 0x6969: "nfs",
	0x01021994: "tmpfs (in memory: writes are not durable)",
}

func fileSystem(dir string) (string, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return "", err
	}
	if name, ok := fileSystems[s.Type]; ok {
		return name, nil
	}
	return fmt.Sprintf("%#x", s.Type), nil
}

// fsyncs measures how long the disk takes to make a page durable. The result is sorted.
func fsyncs(dir string) (latencies []time.Duration, err error) {
	f, err := os.CreateTemp(dir, "fsync")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	page := make([]byte, 4096)
	for range 100 {
		if _, err := f.Write(page); err != nil {
			return nil, err
		}
		start := time.Now()
		if err := f.Sync(); err != nil {
			return nil, err
		}
		latencies = append(latencies, time.Since(start))
	}
	return sorted(latencies), nil
}
