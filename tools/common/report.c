#include "tools/common/report.h"

#include "core/base/text.h"
#include "tools/common/called.h"
#include "tools/common/progress.h"

#include <stdarg.h>
#include <stdio.h>

enum { MESSAGE_SIZE = 8192 }; // a longer one is cut

void report_say(const char *program, const char *format, ...)
{
    char message[MESSAGE_SIZE], shown[4 * MESSAGE_SIZE];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    progress_clear();
    // Paths in it stand as they were given.
    fprintf(stderr, "%s: %s\n", program, text_clean(shown, sizeof shown, message));
}

enum exit_status report_failure(const char *program, const struct error *err)
{
    report_say(program, "%s", err->text);
    if (err->code != ERR_USAGE) {
        return EXIT_FAILED;
    }
    fprintf(stderr, "Try '%s%s --help'.\n", called_prefix(), program);
    return EXIT_USAGE;
}

void report_sandbox(const char *program, const struct sandbox *sandbox)
{
#ifdef TRIPTYCH_COVERAGE
    (void)program, (void)sandbox; // their tests hold the words of any other build against it
#else
    if (sandbox->mode == SANDBOX_AUTO && !sandbox_has_filter()) {
        report_say(program, "system calls cannot be filtered here; files are parsed in a "
                   "process of their own only");
    }
#endif
}
