#include "formats/group_name.h"

#include <stdbool.h>
#include <string.h>

enum { KINETICS_ID = 11, KINETICS_TIME = 6, HMDB_FIELDS = 6 };

static const char digits[] = "0123456789";

static char *take(char *ret, const char *text, size_t length)
{
    memcpy(ret, text, length);
    ret[length] = 0;
    return ret;
}

// Where the group begins in a name like UCF101's, and its length; 0: it is none.
static size_t find_ucf101(const char *name, const char **ret)
{
    size_t found = 0;
    for (const char *p = name; (p = strstr(p, "_g")); p++) {
        size_t count = strspn(p + 2, digits);
        if (count > 0 && p[2 + count] == '_' && count + 1 < GROUP_NAME_SIZE) {
            *ret = p + 1;
            found = count + 1;
        }
    }
    return found;
}

static bool is_one_of(const char *text, size_t length, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, " ");
        if (size == length && memcmp(words, text, length) == 0) {
            return true;
        }
        words += size + (words[size] == ' ');
    }
    return false;
}

static bool is_number(const char *text, size_t length)
{
    return length > 0 && strspn(text, digits) >= length;
}

// From the end of the stem, the fields of a name like HMDB51's.
static size_t find_hmdb51(const char *name, size_t stem)
{
    static const char *const words[HMDB_FIELDS] = {NULL, "bad med goo", "fr ba le ri", NULL,
                                                   "nm cm", "h u f l"};
    size_t end = stem;
    for (int field = 0; field < HMDB_FIELDS; field++) {
        size_t start = end;
        while (start > 0 && name[start - 1] != '_') {
            start--;
        }
        const char *text = name + start;
        size_t length = end - start;
        bool good = words[field] ? is_one_of(text, length, words[field])
                  : field == 0 ? is_number(text, length)
                  : length > 2 && memcmp(text, "np", 2) == 0 && is_number(text + 2, length - 2);
        if (!good || start < 2) {
            return 0;
        }
        end = start - 1;
    }
    return end < GROUP_NAME_SIZE ? end : 0;
}

static size_t find_kinetics(const char *name, size_t stem)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789-_";
    const char *start = name + KINETICS_ID, *end = start + 1 + KINETICS_TIME;
    if (stem != KINETICS_ID + 2 * (1 + KINETICS_TIME) || strspn(name, letters) < stem) {
        return 0;
    }
    return *start == '_' && is_number(start + 1, KINETICS_TIME) && *end == '_'
        && is_number(end + 1, KINETICS_TIME) ? KINETICS_ID : 0;
}

char *group_name_of(const char *path, char ret[GROUP_NAME_SIZE])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.');
    size_t stem = dot ? (size_t)(dot - name) : strlen(name);
    const char *group = name;
    size_t length = find_ucf101(name, &group);
    if (length == 0) {
        length = find_hmdb51(name, stem);
    }
    if (length == 0) {
        length = find_kinetics(name, stem);
    }
    return take(ret, group, length);
}
