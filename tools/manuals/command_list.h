#ifndef TOOLS_MANUALS_COMMAND_LIST_H
#define TOOLS_MANUALS_COMMAND_LIST_H

#include "tools/common/options.h"
#include "tools/common/verbs.h"

/* All programs that are installed, for manuals and completions. */

/* One of them: `triptych` itself is the first, the others are its verbs. */
struct listed_program {
    const struct command *command;
    const char *brief;
};

enum { PROGRAM_LIST_MAX = 16, COMMAND_LIST_MAX = 64, WORD_LIST_MAX = 64 };

/* Fill `ret`; returns how many there are. */
int command_list_programs(struct listed_program ret[PROGRAM_LIST_MAX]);

/* All commands that options can be given to: programs without verbs, and the
 * verbs of the others, but not `triptych` ("extract", "pack info"). */
int command_list_leaves(const struct command *ret[COMMAND_LIST_MAX]);

/* What stands behind an option, for a shell that completes it. */
enum argument_kind {
    ARGUMENT_NONE,   /* nothing: a flag */
    ARGUMENT_WORDS,  /* one of its choices, or a group for --help */
    ARGUMENT_FILE,
    ARGUMENT_FOLDER,
    ARGUMENT_FREE,   /* something nobody can guess */
};

enum argument_kind command_list_argument(const struct command *command,
                                         const struct option_entry *option);

/* Fill `ret` with the words of one that has ARGUMENT_WORDS; returns how many. */
int command_list_words(const struct command *command, const struct option_entry *option,
                       const char *ret[WORD_LIST_MAX]);

/* Is it --help? Its word may be left out. */
bool command_list_is_help(const struct option_entry *option);

/* Visit the entries that are options, --help and --version among them. */
const struct option_entry *command_list_next(const struct command *command,
                                             const struct option_entry *previous);

#endif
