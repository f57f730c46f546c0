/*
 * Preloaded into a container. Its files behave as on an SMB share of another owner (Azure Files), which refuses modes, times and
 * hard links. Contents, names and folders can be changed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

static int refuse(void) {
  errno = EPERM;
  return -1;
}

int chmod(const char *path, mode_t mode) { return refuse(); }
int fchmod(int file, mode_t mode) { return refuse(); }
int fchmodat(int folder, const char *path, mode_t mode, int flags) { return refuse(); }
int utime(const char *path, const struct utimbuf *times) { return refuse(); }
int utimes(const char *path, const struct timeval times[2]) { return refuse(); }
int futimesat(int folder, const char *path, const struct timeval times[2]) { return refuse(); }
int utimensat(int folder, const char *path, const struct timespec times[2], int flags) {
  /* Every user who may write may set the present time. */
  return times ? refuse() : 0;
}
int futimens(int file, const struct timespec times[2]) { return times ? refuse() : 0; }
int link(const char *from, const char *to) { return refuse(); }
int linkat(int from, const char *path, int to, const char *name, int flags) { return refuse(); }
