#include "tools/common/verbs.h"

#include "core/base/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { VERBS_MAX = 32, NAMES_SIZE = 400 };

// "a, b WORD c" of all verbs.
static const char *list_verbs(char *out, size_t capacity, const struct verb *const *verbs,
                              const char *word)
{
    size_t used = 0;
    out[0] = 0;
    for (int i = 0; verbs[i] && used < capacity; i++) {
        const char *between = i == 0 ? "" : verbs[i + 1] ? ", " : word;
        int more = snprintf(out + used, capacity - used, "%s%s", between, verbs[i]->name);
        used += more > 0 ? (size_t)more : 0;
    }
    return out;
}

static enum exit_status no_verb(const struct command *command, int argc, char **argv)
{
    struct error err = ERROR_INIT;
    int first = 0;
    int code = options_parse(command, NULL, argc, argv, &first, &err);
    if (code > 0) {
        return verbs_end(command, EXIT_DONE);
    }
    if (code == 0) {
        char names[NAMES_SIZE];
        error_set(&err, ERR_USAGE, "a verb is needed: %s",
                  list_verbs(names, sizeof names, command->verbs, " or "));
    }
    return report_failure(command->name, &err);
}

static enum exit_status unknown_verb(const struct command *command, const char *word)
{
    const char *names[VERBS_MAX + 1] = {NULL};
    for (int i = 0; i < VERBS_MAX && command->verbs[i]; i++) {
        names[i] = command->verbs[i]->name;
    }
    struct error err = ERROR_INIT;
    char shown[64], all[NAMES_SIZE];
    const char *near = text_nearest(word, names);
    text_escape(shown, sizeof shown, word);
    if (near) {
        error_set(&err, ERR_USAGE, "unknown verb %s; did you mean %s?", shown, near);
    } else {
        error_set(&err, ERR_USAGE, "unknown verb %s; there are %s", shown,
                  list_verbs(all, sizeof all, command->verbs, " and "));
    }
    return report_failure(command->name, &err);
}

enum exit_status verbs_run(const struct command *command, int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        return no_verb(command, argc, argv);
    }
    for (int i = 0; command->verbs[i]; i++) {
        if (strcmp(argv[1], command->verbs[i]->name) == 0) {
            return command->verbs[i]->run(argc - 1, argv + 1);
        }
    }
    return unknown_verb(command, argv[1]);
}

enum exit_status verbs_end(const struct command *command, enum exit_status status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        struct error err = ERROR_INIT;
        error_errno(&err, errno, "cannot write the results");
        return report_failure(command->name, &err);
    }
    return status;
}
