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

// tick is the unit in which Linux counts a process's time: 100 a second on every architecture that Go runs on.
const tick = 10 * time.Millisecond

// The fields of /proc/PID/stat behind the name, which can hold blanks: the parent, and the time that the process and those of
// its children that have ended have spent.
const (
	statParent      = 1
	statUser        = 11
	statSystem      = 12
	statChildUser   = 13
	statChildSystem = 14
)

// stat reads /proc/PID/stat from its field 3 on.
func stat(pid int) ([]string, error) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil, err
	}
	_, rest, _ := bytes.Cut(text, []byte(") "))
	fields := strings.Fields(string(rest))
	if len(fields) <= statChildSystem {
		return nil, fmt.Errorf("/proc/%d/stat: cannot read %q", pid, text)
	}
	return fields, nil
}

// spent sums up the fields.
func spent(fields []string, which ...int) (time.Duration, error) {
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

// processTime is the CPU time that the process has spent.
func processTime(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	return spent(fields, statUser, statSystem)
}

// familyTime is the CPU time that the process and its children have spent, those included that have ended.
func familyTime(pid int) (time.Duration, error) {
	fields, err := stat(pid)
	if err != nil {
		return 0, err
	}
	sum, err := spent(fields, statUser, statSystem, statChildUser, statChildSystem)
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
			continue // it has ended meanwhile
		}
		if err != nil {
			return 0, err
		}
		if fields[statParent] != strconv.Itoa(pid) {
			continue
		}
		own, err := spent(fields, statUser, statSystem)
		if err != nil {
			return 0, err
		}
		sum += own
	}
	return sum, nil
}

// ownTime is the CPU time that this process has spent.
func ownTime() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}

// memory is what a process holds in RAM, in bytes.
type memory struct {
	Now  int64 `json:"now"`
	Most int64 `json:"most"` // since it started
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
		into := map[string]*int64{"VmRSS": &m.Now, "VmHWM": &m.Most}[name]
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
