#include "tools/common/called.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char *const programs[] = {"extract", "pack", "train", "predict", "model"};

enum { PROGRAM_COUNT = sizeof programs / sizeof programs[0] };

const char *called_prefix(void)
{
    static const char installed[] = "triptych-";
    return strncmp(program_invocation_short_name, installed, strlen(installed)) == 0
        ? "triptych " : "";
}

static bool begins_program(const char *text)
{
    for (int i = 0; i < PROGRAM_COUNT; i++) {
        size_t length = strlen(programs[i]);
        if (strncmp(text, programs[i], length) == 0 && text[length] == ' ') {
            return true;
        }
    }
    return false;
}

// May a command begin at `at`, given what stands before it?
static bool is_place(const char *text, const char *at)
{
    size_t before = (size_t)(at - text);
    if (before == 0) {
        return false;
    }
    if (at[-1] == '\'') {
        return before == 1 || at[-2] == ' ' || at[-2] == '\n' || at[-2] == '(';
    }
    if (before >= 3 && memcmp(at - 3, "&& ", 3) == 0) {
        return true;
    }
    return before >= 2 && at[-1] == ' ' && at[-2] == ' ' && (before == 2 || at[-3] == '\n');
}

void called_write(FILE *out, const char *text, const char *prefix)
{
    for (const char *at = text; *at; at++) {
        if (is_place(text, at) && begins_program(at)) {
            fputs(prefix, out);
        }
        fputc(*at, out);
    }
}
