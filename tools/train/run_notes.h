#ifndef TOOLS_TRAIN_RUN_NOTES_H
#define TOOLS_TRAIN_RUN_NOTES_H

#include "core/nn/graph/net.h"
#include "formats/pack.h"
#include "tools/train/examples.h"
#include "tools/train/record.h"
#include "tools/train/run_state.h"

/* What a run says of itself before its first step and after its last. */

struct run_notes {
    const struct train_settings *settings;
    const struct pack *pack;
    const struct examples *examples;
    struct net *net;
    const char *net_name;
    const struct record *record;
    const struct trainer *resumed; /* NULL: the run begins */
};

void run_notes_begin(const struct run_notes *notes);

/* Which epoch was the best, whose model is `path`, and why the run ended. */
void run_notes_end(const struct train_settings *settings, const struct run_state *state,
                   const char *path);

#endif
