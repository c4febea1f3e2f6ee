#ifndef NN_PROFILE_H
#define NN_PROFILE_H

#include "core/base/error.h"
#include "core/nn/graph/graph.h"

#include <stdbool.h>
#include <stdint.h>

/* Where the time of training steps goes. Who runs a step measures each piece
 * of work that a thread does with laps, and adds it to that thread's own
 * counts. Only times: no result depends on a profile. */
struct profile;

/* Work that belongs to no layer. */
enum profile_part {
    PROFILE_LOAD,      /* examples into numbers, and gradients to zero */
    PROFILE_PREPARE,   /* weights into the form that layers want them in */
    PROFILE_LOSS,
    PROFILE_SUM,       /* adding up the blocks' gradients */
    PROFILE_OPTIMISER,
    PROFILE_PARTS,
};

enum profile_direction { PROFILE_FORWARD, PROFILE_BACKWARD, PROFILE_DIRECTIONS };

/* `threads` is that of the crew that works. */
int profile_open(struct profile **ret, int threads, struct error *err) MUST_CHECK;

/* Accepts NULL; sets *profile to NULL. */
void profile_close(struct profile **profile);

/* The nodes that laps will name, once; what was counted before is lost. The
 * graph need not outlive the call. */
int profile_set_graph(struct profile *profile, const struct graph *graph,
                      struct error *err) MUST_CHECK;

/* ---- while it runs; a thread counts for itself alone ---- */

/* Nanoseconds of a clock that only goes forward. */
uint64_t profile_clock(void);

/* The time since *began is that thread's work on a node or a part; *began
 * becomes now. */
void profile_lap_node(struct profile *profile, int thread, int node,
                      enum profile_direction direction, uint64_t *began);
void profile_lap_part(struct profile *profile, int thread, enum profile_part part,
                      uint64_t *began);

/* A step over `images` images is over, which began then. */
void profile_count_step(struct profile *profile, int images, uint64_t began);

/* ---- what was counted; not while a step runs ---- */

struct profile_layer {
    const char *label; /* "line 3: conv"; the profile's */
    double seconds[PROFILE_DIRECTIONS]; /* of all threads together */
    /* As the definition of the layer has them, 2 for a multiply and add: a
     * kernel that knows how to do with fewer seems the faster for it. 0 for
     * layers that are not products. */
    double flops[PROFILE_DIRECTIONS];
};

struct profile_totals {
    uint64_t steps;
    uint64_t images;
    int threads;
    double seconds; /* of all steps, by the clock */
    double parts[PROFILE_PARTS]; /* seconds of all threads together */
    double waiting; /* seconds that threads had no part of a step to do */
};

int profile_layers(const struct profile *profile);
struct profile_layer profile_layer(const struct profile *profile, int layer);
struct profile_totals profile_totals(const struct profile *profile);

#endif
