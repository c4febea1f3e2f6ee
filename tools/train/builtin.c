#include "tools/train/builtin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct builtin *builtin_find(const struct builtin *list, const char *name)
{
    for (; list->name; list++) {
        if (strcmp(list->name, name) == 0) {
            return list;
        }
    }
    return NULL;
}

char *builtin_text(const struct builtin *builtin)
{
    size_t size = 1;
    for (size_t i = 0; builtin->lines[i]; i++) {
        size += strlen(builtin->lines[i]);
    }
    char *text = malloc(size);
    char *end = text;
    for (size_t i = 0; text && builtin->lines[i]; i++) {
        end = stpcpy(end, builtin->lines[i]);
    }
    if (text) {
        *end = 0;
    }
    return text;
}

char *builtin_names(char *out, size_t capacity, const struct builtin *list)
{
    out[0] = 0;
    for (; list->name; list++) {
        size_t used = strlen(out);
        snprintf(out + used, capacity - used, "%s%s", used ? ", " : "", list->name);
    }
    return out;
}
