#include "tools/pack/verb.h"

static const struct verb *const verbs[] = {&verb_info, &verb_verify,  &verb_sheet, &verb_diff,
                                           &verb_merge, &verb_resplit, &verb_export, NULL};

static const struct option_entry no_entries[] = {{.name = NULL, .help = NULL}};

const struct command pack_command = {
    .name = "pack",
    .usage = "pack VERB [options] PACK",
    .summary = "Look at packs, check and compare them, and make packs of packs.",
    .options = no_entries,
    .closing = "'pack VERB --help' says more.\n",
    .verbs = verbs,
};
