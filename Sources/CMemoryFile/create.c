#define _GNU_SOURCE
#include "CMemoryFile.h"

#include <errno.h>

#ifdef __linux__
#include <sys/mman.h>

int cmemoryfile_create(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
#else
int cmemoryfile_create(const char *name) {
    (void)name;
    errno = ENOSYS;
    return -1;
}
#endif
