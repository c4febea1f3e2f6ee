#include "tools/triptych/launch.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { NAME_SIZE = 64 };

// The folder this program is in, without a slash at its end; false where the
// system does not say.
static bool own_folder(char *folder, size_t capacity)
{
    ssize_t length = readlink("/proc/self/exe", folder, capacity - 1);
    if (length <= 0 || (size_t)length >= capacity - 1) {
        return false;
    }
    folder[length] = 0;
    char *slash = strrchr(folder, '/');
    if (!slash) {
        return false;
    }
    *slash = 0;
    return true;
}

enum exit_status launch_sibling(int argc, char **argv)
{
    (void)argc;
    const char *verb = argv[0];
    char name[NAME_SIZE], folder[PATH_MAX], path[PATH_MAX + NAME_SIZE];
    snprintf(name, sizeof name, "triptych-%s", verb);
    argv[0] = name;
    if (own_folder(folder, sizeof folder)) {
        snprintf(path, sizeof path, "%s/%s", folder, name);
        execv(path, argv);
        if (errno == ENOENT) {
            char built[PATH_MAX + 2 * NAME_SIZE];
            snprintf(built, sizeof built, "%s/../%s/%s", folder, verb, name);
            execv(built, argv);
        }
    } else {
        snprintf(path, sizeof path, "%s", name);
        execvp(name, argv);
    }
    struct error err = ERROR_INIT;
    error_errno(&err, errno, "%s: cannot be started", path);
    return report_failure("triptych", &err);
}
