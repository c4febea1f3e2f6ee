#ifndef FORMATS_PACK_WRITER_H
#define FORMATS_PACK_WRITER_H

#include "core/base/output.h"
#include "formats/pack_layout.h"

#include <stddef.h>
#include <stdint.h>

/* The state of a pack being written: pack_create.c makes it, pack_write.c
 * fills and finishes the file. */
struct pack_writer {
    struct output *output;
    struct pack_shape shape;
    size_t clips;
    size_t samples; /* K */
    size_t slot;    /* bytes of a row's pixels */
    struct pack_places places;
    uint64_t *splits; /* places.split, owned */
    int split_count;
    unsigned char *done; /* a bit per clip */
    size_t done_count;
    size_t failed;
    unsigned char *scratch; /* one clip's rows of any table but the frames */
};

#endif
