#include "core/base/text.h"
#include "tools/pack/verb.h"

#include <stdio.h>
#include <string.h>

static const struct verb *const verbs[] = {&verb_info, &verb_verify, &verb_sheet, &verb_diff,
                                          &verb_merge, &verb_resplit};
enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

static const struct option_entry no_entries[] = {{.name = NULL, .help = NULL}};

static const struct command command = {
    .name = "pack",
    .usage = "pack VERB [options] PACK",
    .summary = "Look at packs, check and compare them, and make packs of packs.",
    .options = no_entries,
    .closing = "Verbs:\n"
               "  info                    say what is in a pack\n"
               "  verify                  check every checksum\n"
               "  sheet                   draw a contact sheet of its frames\n"
               "  diff                    say in what two packs differ\n"
               "  merge                   make one pack of its shards\n"
               "  resplit                 write a pack with the same pixels and other splits\n"
               "'pack VERB --help' says more.\n",
};

static enum exit_status no_verb(int argc, char **argv)
{
    struct error err = ERROR_INIT;
    int first = 0;
    int code = options_parse(&command, NULL, argc, argv, &first, &err);
    if (code > 0) {
        return verb_end(&command, EXIT_DONE);
    }
    if (code == 0) {
        error_set(&err, ERR_USAGE, "a verb is needed: info, verify, sheet, diff, merge or resplit");
    }
    return report_failure(command.name, &err);
}

static enum exit_status unknown_verb(const char *word)
{
    const char *names[VERB_COUNT + 1] = {NULL};
    for (int i = 0; i < VERB_COUNT; i++) {
        names[i] = verbs[i]->name;
    }
    struct error err = ERROR_INIT;
    char shown[64];
    const char *near = text_nearest(word, names);
    error_set(&err, ERR_USAGE, "unknown verb %s; %s%s%s", text_escape(shown, sizeof shown, word),
              near ? "did you mean " : "there are info, verify, sheet, diff, merge and resplit",
              near ? near : "", near ? "?" : "");
    return report_failure(command.name, &err);
}

int main(int argc, char **argv)
{
    if (argc < 2 || argv[1][0] == '-') {
        return (int)no_verb(argc, argv);
    }
    for (int i = 0; i < VERB_COUNT; i++) {
        if (strcmp(argv[1], verbs[i]->name) == 0) {
            return (int)verbs[i]->run(argc - 1, argv + 1);
        }
    }
    return (int)unknown_verb(argv[1]);
}
