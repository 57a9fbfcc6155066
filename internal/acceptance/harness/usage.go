package harness

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Usage is what the process of a server has used.
type Usage struct {
	CPU  time.Duration // since it was started
	Peak int64         // the most memory that was resident at one time, in bytes
}

// Usage returns what the process has used so far. The peak is that since ResetPeak.
func (s *Server) Usage() Usage {
	s.T.Helper()
	const perProcess = 2 // the clock of a process counts the time that it was running: clock_getcpuclockid(3)
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^s.PID()<<3|perProcess), &now); err != nil {
		s.T.Fatal(err)
	}
	return Usage{CPU: time.Duration(now.Nano()), Peak: s.status("VmHWM")}
}

// ResetPeak sets the peak to the memory that is resident now, and returns that.
func (s *Server) ResetPeak() int64 {
	s.T.Helper()
	const peak = "5" // proc_pid_clear_refs(5)
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.PID()), []byte(peak), 0); err != nil {
		s.T.Fatal(err)
	}
	return s.status("VmRSS")
}

// status returns a value of /proc/PID/status in bytes.
func (s *Server) status(name string) int64 {
	s.T.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		s.T.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kib, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			if err != nil {
				s.T.Fatal(err)
			}
			return kib << 10
		}
	}
	s.T.Fatalf("/proc/PID/status has no %s", name)
	return 0
}
