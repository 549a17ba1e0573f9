/* A disk with room for DISK_ROOM bytes more, for one process: loaded in front of libc by the tests in disk_full.rs.
   The last write that begins in the room left is cut short, as on a real disk; all after it find no space. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static long room;

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("DISK_ROOM");
    room = text ? atol(text) : 0;
}

/* How many of the bytes find room. Standard output and error are no disk. */
static size_t fitting(int fd, size_t count) {
    if (fd <= 2) return count;
    if ((long)count > room) count = room > 0 ? (size_t)room : 0;
    room -= (long)count;
    return count;
}

#define WRITE(name, parameters, arguments)                                       \
    ssize_t name parameters {                                                    \
        static ssize_t(*real) parameters;                                        \
        if (!real) real = (ssize_t(*) parameters)dlsym(RTLD_NEXT, #name);        \
        size_t wanted = count;                                                   \
        count = fitting(fd, count);                                              \
        if (wanted && !count) {                                                  \
            errno = ENOSPC;                                                      \
            return -1;                                                           \
        }                                                                        \
        return real arguments;                                                   \
    }

WRITE(write, (int fd, const void *bytes, size_t count), (fd, bytes, count))
WRITE(pwrite, (int fd, const void *bytes, size_t count, off_t at), (fd, bytes, count, at))
WRITE(pwrite64, (int fd, const void *bytes, size_t count, off64_t at), (fd, bytes, count, at))
