#ifndef TOOLS_SETTINGS_H
#define TOOLS_SETTINGS_H

#include "core/base/error.h"
#include "core/video/clip.h"
#include "tools/common/options.h"

#include <stdbool.h>
#include <stdint.h>

enum extract_on_error { ON_ERROR_SKIP, ON_ERROR_STOP };
enum extract_layout { LAYOUT_VIDEOS, LAYOUT_TUTORIAL };

/* The command line of extract. */
struct extract_settings {
    const char *output;
    bool force;
    bool restart;
    bool dry_run;
    bool json;    /* the closing summary as JSON */
    bool verbose; /* a line for every clip */
    const char *failures;
    int on_error; /* enum extract_on_error */
    const char *shard; /* "I/N"; NULL: all of it */
    int shard_number;  /* I, from 1; 0: all of it */
    int shard_count;   /* N */
    int layout; /* enum extract_layout */
    const char *splits;
    struct option_list lists;  /* NAME=FILE: splits of the user's own */
    bool force_split;          /* let a split have a group on two sides */
    const char *group_pattern; /* NULL: the names of UCF101, HMDB51 and Kinetics */
    const char *ratio;         /* "A:B:C"; NULL: 6:2:2 */
    const char *classes;
    int frames;
    int samples;
    int size[2]; /* width, height */
    int sampling; /* enum choose_rule */
    int stride;   /* from frame to frame, of the rules that have one */
    int fit;      /* enum clip_fit */
    uint64_t seed;
    int jobs; /* 0: as many as there are CPUs for us */
    int sandbox; /* enum sandbox_mode */
    int clip_timeout; /* seconds */
    int seek; /* CLIP_SEEK_AUTO or CLIP_SEEK_NEVER */
    bool verify_seek;
};

extern const struct command extract_command;

struct extract_settings extract_settings_defaults(void);

/* What the tables cannot say: what is missing, and what does not go together.
 * Fills in the number of jobs. */
int extract_settings_check(struct extract_settings *settings, int operand_count,
                           struct error *err) MUST_CHECK;

/* Is the rule of sampling one that has a stride? */
bool extract_has_stride(const struct extract_settings *settings);

/* The words of the choices, as the pack stores them. */
const char *extract_fit_name(int fit);
const char *extract_sampling_name(int sampling);
const char *extract_layout_name(int layout);

struct clip_options extract_clip_options(const struct extract_settings *settings);

#endif
