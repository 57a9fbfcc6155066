// Package powercut tests that no acknowledged write is lost when the power fails. It cuts the power
// of a file system of its own: ext4 on a loop device, which it makes drop everything that is not
// durable yet (EXT4_IOC_SHUTDOWN without a flush of the journal). This needs root. Where root can
// do it, go test ./... cuts a few times, and make test-powercut often.
//
// A control shows that a loss would be noticed: a program that writes as the server does, with
// synchronous=FULL, which must lose nothing, and with NORMAL, which must lose something.
package powercut
