#include "formats/group_name.h"

#include <string.h>

char *group_name_of(const char *path, char ret[GROUP_NAME_SIZE])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    ret[0] = 0;
    for (const char *p = name; (p = strstr(p, "_g")); p++) {
        size_t digits = strspn(p + 2, "0123456789");
        if (digits > 0 && p[2 + digits] == '_' && digits + 2 <= GROUP_NAME_SIZE) {
            memcpy(ret, p + 1, digits + 1);
            ret[digits + 1] = 0;
        }
    }
    return ret;
}
