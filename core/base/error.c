#include "core/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int error_set(struct error *err, int code, const char *format, ...)
{
    if (err && !err->code) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        err->code = code;
    }
    return code;
}

int error_errno(struct error *err, int number, const char *format, ...)
{
    bool ran_out = number == ENOMEM || number == EMFILE || number == ENFILE;
    int code = ran_out ? ERR_NOMEM : ERR_IO;
    if (err && !err->code) {
        va_list args;
        va_start(args, format);
        vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        char why[128];
        // The GNU strerror_r returns the string it may not have put in `why`.
        const char *reason = strerror_r(number, why, sizeof why);
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, ": %s", reason);
        err->code = code;
    }
    return code;
}

int error_nomem(struct error *err, const char *what)
{
    return error_set(err, ERR_NOMEM, "out of memory: %s", what);
}
