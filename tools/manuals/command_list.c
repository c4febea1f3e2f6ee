#include "tools/manuals/command_list.h"

#include "tools/extract/settings.h"
#include "tools/model/model_command.h"
#include "tools/pack/verb.h"
#include "tools/predict/predict_settings.h"
#include "tools/train/train_settings.h"
#include "tools/triptych/triptych_command.h"

#include <assert.h>
#include <string.h>

static const struct command *const commands[] = {&extract_command, &pack_command, &train_command,
                                                 &predict_command, &model_command};

enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

// Understood by every command, but in no table.
static const struct option_entry common[] = {
    {.type = OPTION_FLAG, .name = "help", .letter = 'h', .argument = "GROUP",
     .help = "show a help text"},
    {.type = OPTION_FLAG, .name = "version", .help = "show the version"},
};

static const struct command *command_named(const char *name)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, name) == 0) {
            return commands[i];
        }
    }
    assert(!"a verb of triptych is missing in the list of commands");
    return NULL;
}

int command_list_programs(struct listed_program ret[PROGRAM_LIST_MAX])
{
    int count = 0;
    ret[count++] = (struct listed_program){&triptych_command,
                                           "small packs of video frames, and networks on them"};
    for (const struct verb *const *verb = triptych_command.verbs; *verb; verb++) {
        assert(count < PROGRAM_LIST_MAX);
        ret[count++] = (struct listed_program){command_named((*verb)->name), (*verb)->brief};
    }
    return count;
}

int command_list_leaves(const struct command *ret[COMMAND_LIST_MAX])
{
    struct listed_program programs[PROGRAM_LIST_MAX];
    int program_count = command_list_programs(programs), count = 0;
    for (int i = 1; i < program_count; i++) {
        const struct command *command = programs[i].command;
        if (!command->verbs) {
            assert(count < COMMAND_LIST_MAX);
            ret[count++] = command;
            continue;
        }
        for (const struct verb *const *verb = command->verbs; *verb; verb++) {
            assert(count < COMMAND_LIST_MAX);
            ret[count++] = (*verb)->command;
        }
    }
    return count;
}

bool command_list_is_help(const struct option_entry *option)
{
    return option == &common[0];
}

enum argument_kind command_list_argument(const struct command *command,
                                         const struct option_entry *option)
{
    static const char *const folders[] = {"DIR", "RUN"};
    static const char *const files[] = {"FILE", "PACK", "MODEL", "NET", "RECIPE"};
    if (command_list_is_help(option)) {
        return command->common ? ARGUMENT_WORDS : ARGUMENT_NONE;
    }
    if (option->type == OPTION_FLAG) {
        return ARGUMENT_NONE;
    }
    if (option->type == OPTION_CHOICE) {
        return ARGUMENT_WORDS;
    }
    if (option->type != OPTION_TEXT && option->type != OPTION_LIST) {
        return ARGUMENT_FREE;
    }
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (strcmp(option->argument, folders[i]) == 0) {
            return ARGUMENT_FOLDER;
        }
    }
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        if (strncmp(option->argument, files[i], strlen(files[i])) == 0) {
            return ARGUMENT_FILE;
        }
    }
    return ARGUMENT_FREE;
}

int command_list_words(const struct command *command, const struct option_entry *option,
                       const char *ret[WORD_LIST_MAX])
{
    int count = 0;
    if (!command_list_is_help(option)) {
        for (; option->choices[count]; count++) {
            assert(count < WORD_LIST_MAX);
            ret[count] = option->choices[count];
        }
        return count;
    }
    for (const struct option_entry *o = command->options; !options_is_last(o); o++) {
        if (o->type == OPTION_HEADING) {
            assert(count < WORD_LIST_MAX - 1);
            ret[count++] = o->argument;
        }
    }
    ret[count++] = "all";
    return count;
}

const struct option_entry *command_list_next(const struct command *command,
                                             const struct option_entry *previous)
{
    if (previous == &common[0]) {
        return &common[1];
    }
    if (previous == &common[1]) {
        return NULL;
    }
    const struct option_entry *o = previous ? previous + 1 : command->options;
    while (!options_is_last(o) && o->type == OPTION_HEADING) {
        o++;
    }
    return options_is_last(o) ? &common[0] : o;
}
