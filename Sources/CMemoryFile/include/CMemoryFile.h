#pragma once

/// memfd_create(2), which the C library shows to GNU sources only and so never to Swift: a file without a name that exists in memory,
/// closed when the process starts another program. -1 with errno set, also where the system has no such files.
int cmemoryfile_create(const char *name);
