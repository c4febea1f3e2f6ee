#include "tools/common/same_file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool same_place(const char *a, const char *b)
{
    struct stat one, two;
    return stat(a, &one) == 0 && stat(b, &two) == 0 && one.st_dev == two.st_dev
        && one.st_ino == two.st_ino;
}

// Where the last word of a name begins; *folder is what is before it. NULL: too long.
static const char *last_word(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (length >= PATH_MAX) {
        return NULL;
    }
    snprintf(folder, PATH_MAX, "%.*s", (int)length, path);
    if (length == 0) {
        memcpy(folder, ".", 2);
    }
    return path + length;
}

bool same_file(const char *a, const char *b)
{
    char one[PATH_MAX], two[PATH_MAX];
    if (same_place(a, b)) {
        return true;
    }
    const char *name = last_word(a, one), *other = last_word(b, two);
    return name && other && strcmp(name, other) == 0 && same_place(one, two);
}

int same_file_refuse(const char *option, const char *output, const char *input,
                     const char *what, struct error *err)
{
    return same_file(output, input)
        ? error_set(err, ERR_USAGE, "%s %s: that is %s; another name is needed", option, output,
                    what)
        : 0;
}
