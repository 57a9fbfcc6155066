// A library for LD_PRELOAD: while the file that READ_ONLY_SWITCH names exists, all changes of files
// fail as on a file system that has become read-only, also of files that are open. The server writes
// its database by these functions of the C library, and its log by system calls.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static int read_only(void) {
	const char *name = getenv("READ_ONLY_SWITCH");
	if (name == NULL || syscall(SYS_faccessat, AT_FDCWD, name, F_OK) != 0)
		return 0;
	errno = EROFS;
	return 1;
}

ssize_t pwrite64(int fd, const void *data, size_t n, off64_t at) { return read_only() ? -1 : syscall(SYS_pwrite64, fd, data, n, at); }
ssize_t pwrite(int fd, const void *data, size_t n, off_t at) { return pwrite64(fd, data, n, at); }
ssize_t write(int fd, const void *data, size_t n) { return read_only() ? -1 : syscall(SYS_write, fd, data, n); }
int ftruncate64(int fd, off64_t n) { return read_only() ? -1 : syscall(SYS_ftruncate, fd, n); }
int ftruncate(int fd, off_t n) { return ftruncate64(fd, n); }
int unlink(const char *name) { return read_only() ? -1 : syscall(SYS_unlinkat, AT_FDCWD, name, 0); }

int open64(const char *name, int flags, ...) {
	va_list more;
	va_start(more, flags);
	int mode = va_arg(more, int);
	va_end(more);
	if ((flags & (O_WRONLY | O_RDWR | O_CREAT)) && read_only())
		return -1;
	return syscall(SYS_openat, AT_FDCWD, name, flags, mode);
}
int open(const char *name, int flags, ...) {
	va_list more;
	va_start(more, flags);
	int mode = va_arg(more, int);
	va_end(more);
	return open64(name, flags, mode);
}
