#ifndef TEST_LEARNING_FIXTURE_H
#define TEST_LEARNING_FIXTURE_H

#include "formats/pack.h"

#include <stddef.h>
#include <stdint.h>

/* Small packs that a network can learn something from: frames of a class have
 * its colour, and noise. Everything asserts. Use within a tree_fixture. */

enum {
    LEARNING_CLASSES = 3,
    LEARNING_GROUPS = 5, /* of each class, g01 .. g05 */
    LEARNING_FRAMES = 2,
    LEARNING_SIDE = 12, /* pixels, both ways */
};

struct learning_clip {
    char path[64];
    char group[16];
    uint16_t label;
    uint8_t parts[2]; /* one per split */
    bool failed;
};

struct learning_pack {
    const char *classes[LEARNING_CLASSES];
    const char *splits[2]; /* NULL: fewer than two */
    int samples;           /* K */
    int width;
    const char *fit;
    struct learning_clip clips[64];
    size_t count;
};

/* Red, Green and Blue, two clips a group: "Red/v_Red_g01_c01.avi". The only
 * split is `groups`: g01 to g03 train, g04 val, g05 test. */
struct learning_pack learning_pack_defaults(void);

void learning_pack_write(const struct learning_pack *pack, const char *path);

/* The caller closes it. */
struct pack *learning_pack_open(const char *path);

/* A net for such frames, as the file small.net. */
void learning_put_net(void);

#endif
