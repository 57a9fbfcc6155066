package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// tick is the unit in which Linux counts a process's time: 100 a second on every architecture that
// Go runs on.
const tick = 10 * time.Millisecond

// The indexes of the fields of /proc/PID/stat after the name, which can contain spaces: the parent
// process, the time of the process, and the time of its children that have exited.
const (
	statParent      = 1
	statUser        = 11
	statSystem      = 12
	statChildUser   = 13
	statChildSystem = 14
)

// stat returns the fields of /proc/PID/stat, beginning with field 3.
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(text, []byte(") "))
	fields := strings.Fields(string(rest))
	if len(fields) <= statChildSystem {
		return nil, fmt.Errorf("/proc/%d/stat: cannot parse %q", pid, text)
	}
	return fields, nil
}

// cpuTime returns the sum of the fields.
func cpuTime(fields []string, which ...int) (time.Duration, error) {
	var sum time.Duration
	for _, i := range which {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// processTime returns the CPU time of the process.
func processTime(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return cpuTime(fields, statUser, statSystem)
}

// timeWithChildren returns the CPU time of the process and of its children, including those that
// have exited.
func timeWithChildren(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	sum, err := cpuTime(fields, statUser, statSystem, statChildUser, statChildSystem)
	if err != nil {
		return 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	for _, dir := range all {
		other, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return 0, err
		}
		fields, err := stat(other)
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH) {
			continue // it has exited meanwhile
		}
		if err != nil {
			return 0, err
		}
		if fields[statParent] != strconv.Itoa(pid) {
			continue
		}
		own, err := cpuTime(fields, statUser, statSystem)
		if err != nil {
			return 0, err
		}
		sum += own
	}
	return sum, nil
}

// ownTime returns the CPU time of this process.
func ownTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// memory is the resident memory of a process, in bytes.
type memory struct {
	RSS  int64 `json:"rss"`
	Peak int64 `json:"peak"` // since the process started
}

// memoryOf reads /proc/PID/status.
func memoryOf(pid int) (memory, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return memory{}, err
	}
	var m memory
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		into := map[string]*int64{"VmRSS": &m.RSS, "VmHWM": &m.Peak}[name]
		if into == nil {
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return m, err
		}
		*into = kib << 10
	}
	return m, nil
}
