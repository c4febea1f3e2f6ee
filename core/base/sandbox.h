#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include "core/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* What a child process that parses untrusted bytes may do. */

enum sandbox_mode {
    SANDBOX_AUTO,    /* filter system calls where the kernel lets us */
    SANDBOX_REQUIRE, /* refuse to parse without the filter */
    SANDBOX_OFF,     /* the process boundary and the limits only */
};

/* What users call them; NULL behind the last. */
extern const char *const sandbox_mode_words[];

struct sandbox {
    enum sandbox_mode mode;
    size_t address_space; /* limit in bytes on what is added to it; 0 for none */
    int cpu_seconds;      /* limit on processor time: SIGXCPU ends it; 0 for none */
};

/* SANDBOX_AUTO, 4 GiB more of address space, any processor time. */
struct sandbox sandbox_defaults(void);

/* Can this process filter system calls at all? false on kernels and in
 * containers that forbid it, and in sanitizer and coverage builds. */
bool sandbox_has_filter(void);

/* Lock the calling process in, for good: resource limits (those above, and no
 * core, 64 descriptors, no byte into a file; a lower limit of the user's stays),
 * no_new_privs, and the filter. After it the process can read, write and seek the
 * descriptors it has, get memory, and ask for a file's size and times by its name;
 * opening any file is answered with EPERM (libraries look for locale files and live
 * with a refusal), exec, sockets, ptrace and the like kill it, everything else is
 * EPERM too. Builds with sanitizers or coverage have the limits on cores and
 * processor time alone. */
int sandbox_enter(const struct sandbox *sandbox, struct error *err) MUST_CHECK;

#endif
