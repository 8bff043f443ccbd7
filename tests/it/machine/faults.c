/* Faults of the machine below the daemon, loaded into it with LD_PRELOAD. Each is on while a file in
   the folder $MACHINE_FAULTS says so:

   clock      seconds that the wall clock is ahead
   slow       milliseconds that every wait for the disk takes longer
   read-only  nothing can be written to files named *.redb, nor can they be opened for it

   Everything goes to the kernel directly: what the C library offers is what is replaced here. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

/* The number in a file of the folder; `otherwise` when there is none. */
static long setting(const char *name, long otherwise) {
    const char *folder = getenv("MACHINE_FAULTS");
    char path[4096], text[32] = {0};
    if (!folder || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path)
        return otherwise;
    int before = errno;
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        if (syscall(SYS_read, fd, text, sizeof text - 1) > 0)
            otherwise = atol(text);
        syscall(SYS_close, fd);
    }
    errno = before;
    return otherwise;
}

static int is_log(const char *path) {
    const char *end = strrchr(path, '.');
    return end && !strcmp(end, ".redb");
}

static int refused(int fd) {
    char link[64], path[4096];
    if (!setting("read-only", 0))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
    if (length <= 0)
        return 0;
    path[length] = 0;
    return is_log(path);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && clock == CLOCK_REALTIME)
        now->tv_sec += setting("clock", 0);
    return result;
}

static int sync_slowly(long call, int fd) {
    long wait = setting("slow", 0);
    struct timespec pause = {wait / 1000, wait % 1000 * 1000000};
    if (wait)
        syscall(SYS_nanosleep, &pause, NULL);
    return syscall(call, fd);
}

int fsync(int fd) { return sync_slowly(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_slowly(SYS_fdatasync, fd); }

ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t offset) {
    if (refused(fd)) {
        errno = EROFS;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, length, offset);
}

int ftruncate64(int fd, off_t length) {
    if (refused(fd)) {
        errno = EROFS;
        return -1;
    }
    return syscall(SYS_ftruncate, fd, length);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if ((flags & O_ACCMODE) != O_RDONLY && is_log(path) && setting("read-only", 0)) {
        errno = EROFS;
        return -1;
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags | O_LARGEFILE, mode);
}
