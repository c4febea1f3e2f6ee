#ifndef TOOLS_PACK_VERB_H
#define TOOLS_PACK_VERB_H

#include "formats/pack.h"
#include "tools/common/options.h"
#include "tools/common/report.h"
#include "tools/common/verbs.h"

#include <stdbool.h>
#include <stddef.h>

/* The verbs of `pack`: each in its own file, each with its own options. */

/* The program itself: its verbs, in the order of its help. */
extern const struct command pack_command;

extern const struct verb verb_diff;
extern const struct verb verb_export;
extern const struct verb verb_info;
extern const struct verb verb_merge;
extern const struct verb verb_resplit;
extern const struct verb verb_sheet;
extern const struct verb verb_verify;

/* Settings that every verb which reads one pack has; a verb with more begins
 * its own struct with them. */
struct verb_settings {
    int sandbox; /* enum sandbox_mode */
};

/* The entry of --sandbox, for a verb's table. */
#define VERB_SANDBOX_ENTRY                                                            \
    {.type = OPTION_CHOICE, .name = "sandbox", .argument = "MODE",                    \
     .offset = offsetof(struct verb_settings, sandbox), .choices = sandbox_mode_words, \
     .unrecorded = true,                                                              \
     .help = "filter the reader's system calls: auto (where possible, default), require, off"}

/* Parse the command line of a verb that takes one PACK, and open it. Returns
 * true with *ret open, or false with *ret_status the status to end with. */
bool verb_open(struct pack **ret, enum exit_status *ret_status, const struct command *command,
               struct verb_settings *settings, int argc, char **argv);

/* The same for a verb that takes two: A and B. */
bool verb_open_two(struct pack *ret[2], enum exit_status *ret_status,
                   const struct command *command, struct verb_settings *settings, int argc,
                   char **argv);

/* The split that "NAME" or "NAME/PART" (train, val or test) means; *ret_part is
 * PART_NONE where the text names none. ERR_VALUE naming the splits there are. */
int verb_find_split(const struct pack_column **ret, enum pack_part *ret_part,
                    const struct pack *pack, const char *text, struct error *err) MUST_CHECK;

/* ERR_FORMAT where frames or tables of the pack do not match its checksums. Reads it all:
 * for verbs that write what they read without those checksums, or under new ones. */
int verb_check_sound(const struct pack *pack, struct error *err) MUST_CHECK;

enum { VERB_SHOWN = 400 }; /* bytes of a foreign text on a terminal */

#endif
