#ifndef FORMATS_NET_TEXT_H
#define FORMATS_NET_TEXT_H

#include "core/base/error.h"
#include "core/nn/spec.h"

/* The text format of networks (docs/net-format.md) to lines of words. */

/* `name` is for messages. On success the caller frees *ret. */
int net_text_parse(struct net_spec **ret, const char *text, const char *name,
                   struct error *err) MUST_CHECK;

int net_text_read(struct net_spec **ret, const char *path, struct error *err) MUST_CHECK;

/* Accepts NULL; sets *spec to NULL. */
void net_spec_free(struct net_spec **spec);

#endif
