#ifndef FORMATS_NET_TEXT_H
#define FORMATS_NET_TEXT_H

#include "core/base/error.h"
#include "core/nn/spec.h"

/* The text format of networks (docs/net-format.md) to lines of words. What the
 * words mean is net_build()'s to say. Thread-safe. */

enum {
    NET_TEXT_SIZE_MAX = 256 * 1024, /* bytes of a text */
    NET_TEXT_WORD_MAX = 128,        /* bytes of a word, key or value */
    NET_TEXT_ARGUMENTS_MAX = 64,    /* of one line */
    NET_TEXT_DEPTH_MAX = 16,        /* blocks within blocks */
};

/* `name` is for messages. On success the caller frees *ret. ERR_FORMAT names
 * the text, the line, what is there and what is needed. */
int net_text_parse(struct net_spec **ret, const char *text, const char *name,
                   struct error *err) MUST_CHECK;

/* The same for a file, which gives its path as the name. ERR_IO where it
 * cannot be read. */
int net_text_read(struct net_spec **ret, const char *path, struct error *err) MUST_CHECK;

/* Accepts NULL; sets *spec to NULL. */
void net_spec_free(struct net_spec **spec);

#endif
