#include "tools/pack/verb.h"

#include <errno.h>
#include <stdio.h>

const char *const verb_sandbox_words[] = {"auto", "require", "off", NULL};

bool verb_open(struct pack **ret, enum exit_status *ret_status, const struct command *command,
               struct verb_settings *settings, int argc, char **argv)
{
    struct error err = ERROR_INIT;
    int first = 0;
    int code = options_parse(command, settings, argc, argv, &first, &err);
    if (code > 0) {
        *ret_status = verb_end(command, EXIT_DONE);
        return false;
    }
    if (code == 0 && argc - first != 1) {
        code = error_set(&err, ERR_USAGE, "one PACK is needed, %d given", argc - first);
    }
    if (code == 0) {
        struct sandbox sandbox = sandbox_defaults();
        sandbox.mode = (enum sandbox_mode)settings->sandbox;
        report_sandbox(command->name, &sandbox);
        code = pack_open(ret, argv[first], &sandbox, &err);
    }
    if (code < 0) {
        *ret_status = report_failure(command->name, &err);
        return false;
    }
    return true;
}

enum exit_status verb_end(const struct command *command, enum exit_status status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        struct error err = ERROR_INIT;
        error_errno(&err, errno, "cannot write the results");
        return report_failure(command->name, &err);
    }
    return status;
}
